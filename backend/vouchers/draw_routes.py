"""Draws: entering for residents, the proof for everybody, the seed for the office."""

from typing import Annotated, Any, cast
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.database.transaction import inquire, transact
from backend.kernel.actors import ACTING_ROLES, OFFICE_ROLES, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.stations.phone_code_rules import PROOF_NOES
from backend.stations.rules import StationReason
from backend.vouchers.assist import AssistReason
from backend.vouchers.assisted_ways import AssistedEntryOutcome, assisted_entry
from backend.vouchers.draw_rules import DrawReason, EntryReason, Seal
from backend.vouchers.draw_schemas import (
    DrawBoardAnswer,
    EntryAnswer,
    EntryRequest,
    LeavesAnswer,
    OwnEntryAnswer,
    ProofAnswer,
    PublicDrawAnswer,
    SeedAnswer,
    SeedRequest,
    SourceNamedAnswer,
    SourceRequest,
    draw_board_answer,
    entry_answer,
    own_entry_answer,
    proof_answer,
    public_draw_answer,
    seed_answer,
    source_named_answer,
)
from backend.vouchers.draw_views import NamedSource
from backend.vouchers.enter_draw import enter_draw
from backend.vouchers.enter_seed import EnterSeed, enter_seed
from backend.vouchers.find_draws import (
    AskLeaves,
    AskProof,
    OwnEntries,
    draw_board,
    own_entries,
    own_proof,
    public_draw,
    public_leaves,
)
from backend.vouchers.name_source import NameSource, name_source
from backend.vouchers.papers import PapersReason
from backend.vouchers.routes import assisted_command, own_claim, residents_only
from backend.vouchers.rules import ClaimReason
from backend.web.callers import PUBLIC, address_of, caller_of, county_of
from backend.web.fresh import UNCHANGED, fresh_answer
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import ProblemError, documented, refused, same_again

RESIDENT = frozenset({Role.RESIDENT})
FirstQuery = Annotated[int, QueryParameter(ge=1, le=10_000_000, description="The first number asked for.")]


@post(
    "/api/v1/rounds/{round_id:uuid}/entries",
    opt={"callers": RESIDENT | {Role.OPERATOR}},
    tags=["draws"],
    summary="Enter a draw",
    responses=documented(
        ClaimReason, EntryReason, StationReason, AssistReason, PapersReason, *PROOF_NOES, GeneralReason.ID_REUSED
    )
    | same_again(EntryAnswer),
)
async def post_entry(
    request: Request[Any, Any, Any], round_id: FromPath[UUID], data: JSONBody[EntryRequest]
) -> Response[EntryAnswer]:
    """201 for a new entry with its private salt; the same id again gives 200 and the same answer."""
    caller, county = caller_of(request), county_of(request)
    if caller.claimant is None:
        command = assisted_command(request, round_id, data.entry_id, data)
        return _entry_response(await transact(county, assisted_entry, command))
    residents_only(data)
    own = own_claim(caller, round_id, data.entry_id, address_of(request))
    return _entry_response(await transact(county, enter_draw, own))


def _entry_response(outcome: AssistedEntryOutcome) -> Response[Any]:
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(entry_answer(outcome), status_code=200 if outcome.again else 201)


@get("/api/v1/me/entries", opt={"callers": RESIDENT}, tags=["draws"], summary="My entries")
async def list_my_entries(
    request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50
) -> Page[OwnEntryAnswer]:
    """Which draws I have entered, with which number, and how they ended; newest first."""
    county = county_of(request)
    before = open_cursor(county, "entries", cursor)
    asked = OwnEntries(resident_id=caller_of(request).id, before=UUID(before) if before else None, most=limit + 1)
    found = await inquire(county, own_entries, asked)
    more = seal_cursor(county, "entries", str(found[limit - 1].entry_id)) if len(found) > limit else None
    return Page(items=[own_entry_answer(entry) for entry in found[:limit]], next_cursor=more)


@get(
    "/api/v1/me/entries/{entry_id:uuid}",
    opt={"callers": RESIDENT},
    tags=["draws"],
    summary="The proof that I am in the list",
)
async def get_my_entry(request: Request[Any, Any, Any], entry_id: FromPath[UUID]) -> ProofAnswer:
    """Leaf, salt and path of one's own entry; somebody else's is not found."""
    asked = AskProof(resident_id=caller_of(request).id, entry_id=entry_id)
    found = await inquire(county_of(request), own_proof, asked)
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return proof_answer(found)


@get(
    "/api/v1/public/rounds/{round_id:uuid}/draw",
    opt={"callers": PUBLIC},
    tags=["draws"],
    summary="A draw's proof",
    responses=UNCHANGED,
)
async def get_public_draw(request: Request[Any, Any, Any], round_id: FromPath[UUID]) -> PublicDrawAnswer:
    """Source, count, root, seed, notary's record and result: everything needed to work it out again."""

    async def ask() -> PublicDrawAnswer:
        found = await inquire(county_of(request), public_draw, round_id)
        if found is None:
            raise ProblemError(GeneralReason.NOT_FOUND)
        return public_draw_answer(found)

    return cast(PublicDrawAnswer, await fresh_answer(request, ask))


@get(
    "/api/v1/public/rounds/{round_id:uuid}/draw/leaves",
    opt={"callers": PUBLIC},
    tags=["draws"],
    summary="The leaves of a draw's list",
    responses=UNCHANGED,
)
async def get_public_leaves(
    request: Request[Any, Any, Any], round_id: FromPath[UUID], first: FirstQuery = 1
) -> LeavesAnswer:
    """At most 2 000 at once, from the number `first` on; without its salt a leaf tells nothing about anybody."""

    async def ask() -> LeavesAnswer:
        found = await inquire(county_of(request), public_leaves, AskLeaves(round_id=round_id, first=first))
        if found is None:
            raise ProblemError(GeneralReason.NOT_FOUND)
        return LeavesAnswer(first=first, count=found[0], leaves=found[1])

    return cast(LeavesAnswer, await fresh_answer(request, ask))


@get("/api/v1/office/rounds/{round_id:uuid}/draw", opt={"callers": OFFICE_ROLES}, tags=["draws"], summary="A draw")
async def get_office_draw(request: Request[Any, Any, Any], round_id: FromPath[UUID]) -> DrawBoardAnswer:
    """Where it stands and who has entered the seed; what they entered is shown once it is public."""
    found = await inquire(county_of(request), draw_board, round_id)
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return draw_board_answer(found)


@post(
    "/api/v1/office/rounds/{round_id:uuid}/seed",
    opt={"callers": ACTING_ROLES},
    tags=["draws"],
    summary="Enter the seed",
    responses=documented(DrawReason, GeneralReason.ID_REUSED) | same_again(SeedAnswer),
)
async def post_seed(
    request: Request[Any, Any, Any], round_id: FromPath[UUID], data: JSONBody[SeedRequest]
) -> Response[SeedAnswer]:
    """Two different people, each for themselves; the result is drawn when both entered the same."""
    command = EnterSeed(
        seed_id=data.seed_id,
        round_id=round_id,
        seal=Seal(value=data.value, document_no=data.document_no, file_sha256=data.file_sha256),
        actor=caller_of(request).actor(request_id=data.seed_id, address=address_of(request)),
    )
    outcome = await transact(county_of(request), enter_seed, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(seed_answer(outcome), status_code=200 if outcome.again else 201)


@post(
    "/api/v1/office/rounds/{round_id:uuid}/source",
    opt={"callers": ACTING_ROLES},
    tags=["draws"],
    summary="Name a later issue of the source",
    responses=documented(DrawReason, GeneralReason.ID_REUSED) | same_again(SourceNamedAnswer),
)
async def post_source(
    request: Request[Any, Any, Any], round_id: FromPath[UUID], data: JSONBody[SourceRequest]
) -> Response[SourceNamedAnswer]:
    """Only where the planned issue was drawn before the list was public; two different people name the same."""
    command = NameSource(
        source_id=data.source_id,
        round_id=round_id,
        named=NamedSource(issue=data.issue, published_at=data.published_at, document_no=data.document_no),
        actor=caller_of(request).actor(request_id=data.source_id, address=address_of(request)),
    )
    outcome = await transact(county_of(request), name_source, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(source_named_answer(outcome), status_code=200 if outcome.again else 201)


DRAW_ROUTES: list[BaseRouteHandler] = [
    post_entry,
    list_my_entries,
    get_my_entry,
    get_public_draw,
    get_public_leaves,
    get_office_draw,
    post_seed,
    post_source,
]
