"""What people see and decide about themselves."""

from typing import Annotated, Any, Literal, cast
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.answers import forgotten_cookie
from backend.identity.close_account import CloseAccount, close_account
from backend.identity.consent import AnswerConsent, answer_consent, my_consents
from backend.identity.enrol_holder_key import (
    AskChallenge,
    EnrolHolderKey,
    ask_challenge,
    enrol_holder_key,
    holder_keys,
)
from backend.identity.holder_key_schemas import (
    ChallengeAnswer,
    HolderKeyAnswer,
    HolderKeyBody,
    LiveKeyAnswer,
    holder_key_answer,
)
from backend.identity.look import LooksAtMe, looks_at_me
from backend.identity.me import UpdateProfile, WhoAmI, update_profile, who_am_i
from backend.identity.personal_data import Export, PersonalSection, as_csv, collected, export
from backend.identity.prove_identity import (
    DemonstrationVendor,
    IdentityVendor,
    ProveIdentity,
    prove_identity,
)
from backend.identity.reasons import IdentityReason
from backend.identity.rules import PersonKind, SessionEnd
from backend.identity.schemas import (
    CloseBody,
    ConsentAnswerWire,
    ConsentBody,
    ConsentsAnswer,
    EndedAnswer,
    ExportAnswer,
    HereAnswer,
    LookAnswer,
    MeAnswer,
    PersonalDataAnswer,
    ProfileBody,
    ProofAnswer,
    ProofBody,
    SessionsAnswer,
    collected_answer,
    consent_answer,
    look_answer,
    me_answer,
    section_answer,
    session_answer,
)
from backend.identity.sign_out import EndSession, EndSessions, MySessions, end_session, end_sessions, my_sessions
from backend.kernel.actors import PEOPLE, Actor, Role
from backend.kernel.enrolment import EnrolmentReason
from backend.kernel.refusals import GeneralReason, Refused
from backend.kernel.signing import to_base64url
from backend.web.callers import PUBLIC, Caller, address_of, caller_of, county_of, somebody
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import ProblemError, documented, refusal

RESIDENT = frozenset({Role.RESIDENT})
Format = Annotated[
    Literal["json", "csv"], QueryParameter(name="format", description="`csv` answers a file for spreadsheets.")
]


def _actor(request: Request[Any, Any, Any]) -> Actor:
    return caller_of(request).actor(address=address_of(request))


@get("/api/v1/me", opt={"callers": PEOPLE}, tags=["me"], summary="Who am I")
async def get_me(request: Request[Any, Any, Any]) -> MeAnswer:
    """The signed-in person, masked, with roles and the times of the session."""
    me = await _me(county_of(request), caller_of(request))
    if me is None:
        raise ProblemError(GeneralReason.SIGNED_OUT)
    return me


@get("/api/v1/session", opt={"callers": PUBLIC}, tags=["me"], summary="Is anybody signed in here")
async def get_session(request: Request[Any, Any, Any]) -> HereAnswer:
    """What a page asks when it opens: `me` as from `/api/v1/me`, or `null`; nobody is an answer here, no refusal."""
    caller = somebody(request)
    return HereAnswer(me=await _me(county_of(request), caller) if caller else None)


async def _me(county: County, caller: Caller) -> MeAnswer | None:
    if caller.session_id is None:
        return None
    asked = WhoAmI(
        kind=PersonKind(caller.kind.value), person_id=caller.id, session_id=caller.session_id, at=county.clock()
    )
    myself = await inquire(county, who_am_i, asked)
    return me_answer(caller, myself, demonstration=county.demonstration) if myself else None


@put(
    "/api/v1/me/profile",
    status_code=204,
    opt={"callers": RESIDENT},
    tags=["me"],
    summary="Say how I am called and where I live",
    responses=documented(GeneralReason.NOT_FOUND),
)
async def put_profile(request: Request[Any, Any, Any], data: JSONBody[ProfileBody]) -> Response[None]:
    """A name that was proven stays as it was proven."""
    command = UpdateProfile(
        resident_id=caller_of(request).id, name=data.name, town_code=data.town_code, actor=_actor(request)
    )
    refused = await transact(county_of(request), update_profile, command)
    return refusal(refused) if refused else Response(None, status_code=204)


@get("/api/v1/me/sessions", opt={"callers": PEOPLE}, tags=["me"], summary="Where I am signed in")
async def get_sessions(request: Request[Any, Any, Any]) -> SessionsAnswer:
    """Every live session, newest first."""
    caller, county = caller_of(request), county_of(request)
    found = await inquire(county, my_sessions, MySessions(person_id=caller.id, at=county.clock()))
    return SessionsAnswer(items=[session_answer(session, current=caller.session_id) for session in found])


@post(
    "/api/v1/me/sessions/{session_id:uuid}/end",
    status_code=204,
    opt={"callers": PEOPLE},
    tags=["me"],
    summary="Sign out there",
)
async def post_end_session(request: Request[Any, Any, Any], session_id: FromPath[UUID]) -> Response[None]:
    """Ends one of my sessions on every worker within a second."""
    command = EndSession(
        person_id=caller_of(request).id,
        session_id=session_id,
        why=SessionEnd.ENDED_ELSEWHERE,
        actor=_actor(request),
    )
    refused = await transact(county_of(request), end_session, command)
    return refusal(refused) if refused else Response(None, status_code=204)


@post(
    "/api/v1/me/sessions/end-others",
    status_code=200,
    opt={"callers": PEOPLE},
    tags=["me"],
    summary="Sign out everywhere else",
)
async def post_end_others(request: Request[Any, Any, Any]) -> EndedAnswer:
    """Ends every session of mine but this one."""
    caller = caller_of(request)
    command = EndSessions(
        person_id=caller.id, why=SessionEnd.ENDED_ELSEWHERE, actor=_actor(request), keep=caller.session_id
    )
    return EndedAnswer(ended=await transact(county_of(request), end_sessions, command))


@post(
    "/api/v1/me/holder-key/challenge",
    status_code=200,
    opt={"callers": RESIDENT},
    tags=["me"],
    summary="A challenge for this phone's key",
)
async def post_challenge(request: Request[Any, Any, Any]) -> ChallengeAnswer:
    """To be signed within five minutes, once (protocol `holder-enrolment`)."""
    issued = await transact(county_of(request), ask_challenge, AskChallenge(caller_of(request).id))
    return ChallengeAnswer(challenge=to_base64url(issued.nonce), expires_at=issued.expires_at)


@post(
    "/api/v1/me/holder-key",
    status_code=200,
    opt={"callers": RESIDENT},
    tags=["me"],
    summary="This phone shows my vouchers from now on",
    responses=documented(IdentityReason.CHALLENGE_INVALID, EnrolmentReason, GeneralReason.NOT_FOUND),
)
async def post_holder_key(request: Request[Any, Any, Any], data: JSONBody[HolderKeyBody]) -> Response[HolderKeyAnswer]:
    """A new phone's key revokes the old one at once, and works offline after 24 hours or a station's check."""
    command = EnrolHolderKey(
        resident_id=caller_of(request).id, key=data.key, signature=data.signature, actor=_actor(request)
    )
    enrolled = await transact(county_of(request), enrol_holder_key, command)
    return refusal(enrolled) if isinstance(enrolled, Refused) else Response(holder_key_answer(enrolled))


@get("/api/v1/me/holder-key", opt={"callers": RESIDENT}, tags=["me"], summary="The key of my phone")
async def get_holder_key(request: Request[Any, Any, Any]) -> LiveKeyAnswer:
    """The live key; `null` while no phone has enrolled one."""
    me = caller_of(request).id
    found = (await inquire(county_of(request), holder_keys, frozenset({me}))).get(me)
    return LiveKeyAnswer(holder_key=holder_key_answer(found) if found else None)


@get("/api/v1/me/consents", opt={"callers": PEOPLE}, tags=["me"], summary="What I have agreed to")
async def get_consents(request: Request[Any, Any, Any]) -> ConsentsAnswer:
    """Every kind with its text; nothing is agreed to by silence, and no question comes again before its time."""
    states = await inquire(county_of(request), my_consents, caller_of(request).id)
    return ConsentsAnswer(items=[consent_answer(state) for state in states])


@put(
    "/api/v1/me/consents",
    opt={"callers": PEOPLE},
    tags=["me"],
    summary="Agree, refuse or withdraw",
    responses=documented(IdentityReason.CONSENT_TEXT_CHANGED),
)
async def put_consent(request: Request[Any, Any, Any], data: JSONBody[ConsentBody]) -> Response[ConsentAnswerWire]:
    """The answer names the text it was given to. A no after a yes withdraws."""
    command = AnswerConsent(
        person_id=caller_of(request).id,
        kind=data.kind,
        text_hash=bytes.fromhex(data.text_hash),
        given=data.given,
        actor=_actor(request),
    )
    state = await transact(county_of(request), answer_consent, command)
    return refusal(state) if isinstance(state, Refused) else Response(consent_answer(state))


@post(
    "/api/v1/me/identity-proof",
    status_code=200,
    opt={"callers": RESIDENT},
    tags=["me"],
    summary="Prove name and identity number online",
    responses=documented(
        IdentityReason.IDENTITY_NUMBER_WRONG,
        IdentityReason.CONSENT_NEEDED,
        IdentityReason.PROOF_FAILED,
        IdentityReason.PROOF_UNAVAILABLE,
        IdentityReason.PROOF_TOO_OFTEN,
        GeneralReason.NOT_FOUND,
    ),
)
async def post_identity_proof(request: Request[Any, Any, Any], data: JSONBody[ProofBody]) -> Response[ProofAnswer]:
    """A licensed vendor compares name, number and phone, after consent to both; five times a day."""
    county = county_of(request)
    vendor = cast(
        "IdentityVendor | None",
        DemonstrationVendor() if county.demonstration else request.app.state.get("identity_vendor"),
    )
    if vendor is None:
        return refusal(Refused(IdentityReason.PROOF_UNAVAILABLE))
    command = ProveIdentity(
        resident_id=caller_of(request).id,
        name=data.name,
        identity_number=data.identity_number,
        actor=_actor(request),
    )
    level = await prove_identity(county, command, vendor)
    return refusal(level) if isinstance(level, Refused) else Response(ProofAnswer(proof_level=int(level)))


@get("/api/v1/me/personal-data", opt={"callers": PUBLIC}, tags=["me"], summary="What is collected of people")
async def get_personal_data(request: Request[Any, Any, Any]) -> PersonalDataAnswer:
    """What, why and how long; made from the marks on the columns themselves."""
    del request
    return PersonalDataAnswer(items=[collected_answer(one) for one in collected()])


@get(
    "/api/v1/me/export",
    opt={"callers": RESIDENT, "also": ("text/csv",)},
    tags=["me"],
    summary="Everything the county knows of me",
)
async def get_export(request: Request[Any, Any, Any], form: Format = "json") -> Response[ExportAnswer]:
    """As JSON, or as one table for spreadsheets."""
    sections = cast("tuple[PersonalSection, ...]", request.app.state.get("personal_sections", ()))
    told = await inquire(county_of(request), export, Export(caller_of(request).id, sections))
    if form == "csv":
        headers = {"content-disposition": 'attachment; filename="my-data.csv"', "cache-control": "no-store"}
        text = cast("ExportAnswer", as_csv(told))  # The same answer, as the file that ``also`` documents.
        return Response(text, media_type="text/csv", headers=headers)
    answer = ExportAnswer(sections=[section_answer(section) for section in told])
    return Response(answer, headers={"cache-control": "no-store"})


@post(
    "/api/v1/me/close",
    status_code=204,
    opt={"callers": RESIDENT},
    tags=["me"],
    summary="Close my account",
    responses=documented(IdentityReason.ACCOUNT_FROZEN, GeneralReason.NOT_FOUND),
)
async def post_close(request: Request[Any, Any, Any], data: JSONBody[CloseBody]) -> Response[None]:
    """Everything personal is erased at once; it cannot be undone."""
    del data
    command = CloseAccount(resident_id=caller_of(request).id, actor=_actor(request))
    refused = await transact(county_of(request), close_account, command)
    return refusal(refused) if refused else Response(None, status_code=204, cookies=[forgotten_cookie()])


@get("/api/v1/me/looks", opt={"callers": RESIDENT}, tags=["me"], summary="Who looked at my data")
async def get_looks(request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50) -> Page[LookAnswer]:
    """Every full view by staff, with its purpose, newest first."""
    county = county_of(request)
    after = open_cursor(county, "looks", cursor)
    asked = LooksAtMe(resident_id=caller_of(request).id, before=UUID(after) if after else None, most=limit + 1)
    found = await inquire(county, looks_at_me, asked)
    more = seal_cursor(county, "looks", str(found[limit - 1].look.id)) if len(found) > limit else None
    return Page(items=[look_answer(one) for one in found[:limit]], next_cursor=more)


ME_ROUTES: list[BaseRouteHandler] = [
    get_me,
    get_session,
    put_profile,
    get_sessions,
    post_end_session,
    post_end_others,
    post_challenge,
    post_holder_key,
    get_holder_key,
    get_consents,
    put_consent,
    post_identity_proof,
    get_personal_data,
    get_export,
    post_close,
    get_looks,
]
