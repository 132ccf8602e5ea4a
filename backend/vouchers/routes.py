"""Campaigns and rounds for everybody; claiming and the wallet for residents."""

from typing import Annotated, Any, Protocol, cast
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, Struct, UnsetType

from backend.database.transaction import inquire, transact
from backend.kernel.actors import Role
from backend.kernel.instants import to_wire
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.stations.phone_code_rules import PROOF_NOES
from backend.stations.rules import ProofKind, StationReason
from backend.vouchers.assist import AssistedClaim, AssistedOutcome, AssistReason, assisted_claim
from backend.vouchers.claim_rules import Claim
from backend.vouchers.desk_schemas import CampaignAnswer, campaign_answer
from backend.vouchers.doors import SubmitClaim
from backend.vouchers.find_campaigns import (
    PUBLIC_STATES,
    FindCampaigns,
    FindRounds,
    find_campaign,
    find_campaigns,
    find_rounds,
)
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.papers import PapersReason
from backend.vouchers.rules import ClaimantFacts, ClaimReason, VoucherState
from backend.vouchers.schemas import (
    ClaimAnswer,
    ClaimRequest,
    RoundAnswer,
    TokensAnswer,
    VoucherAnswer,
    claim_answer,
    round_answer,
    tokens_answer,
    voucher_answer,
)
from backend.vouchers.short_code import MakeShortCode, ShortCodeReason, make_short_code
from backend.vouchers.short_code_schemas import ShortCodeAnswer, short_code_answer
from backend.vouchers.wallet import IssueTokens, OneVoucher, TokenReason, Wallet, issue_tokens, one_voucher, wallet
from backend.web.callers import PUBLIC, Caller, address_of, caller_of, county_of
from backend.web.fresh import UNCHANGED, fresh_answer
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import FieldError, ProblemError, documented, refusal, refused, same_again

HeldQuery = Annotated[VoucherState | None, QueryParameter(name="state", description="Only vouchers in this state.")]
RESIDENT = frozenset({Role.RESIDENT})
StateQuery = Annotated[
    str | None,
    QueryParameter(
        name="state", pattern="^(open|coming)$", description="`open`: takes claims now; `coming`: not ended yet."
    ),
]


ModeQuery = Annotated[RoundMode, QueryParameter(description="`rush` takes claims, `draw` entries, `roster` neither.")]


class Time(Struct, frozen=True, kw_only=True):
    """The county's clock, in milliseconds since 1970 and as text."""

    server_time: str
    unix_ms: int


@get("/api/v1/time", opt={"callers": PUBLIC}, tags=["status"], summary="The county's clock", sync_to_thread=False)
def get_time(request: Request[Any, Any, Any]) -> Time:
    """A round opens by this clock, not by the phone's."""
    now = county_of(request).clock()
    return Time(server_time=to_wire(now), unix_ms=int(now.timestamp() * 1000))


@get("/api/v1/campaigns", opt={"callers": PUBLIC}, tags=["vouchers"], summary="Campaigns", responses=UNCHANGED)
async def list_campaigns(
    request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50
) -> Page[CampaignAnswer]:
    """Approved campaigns with their rounds, newest first; figures are never older than a second."""
    county = county_of(request)
    before = open_cursor(county, "campaigns", cursor)
    asked = FindCampaigns(before=UUID(before) if before else None, most=limit + 1)

    async def ask() -> Page[CampaignAnswer]:
        found = await inquire(county, find_campaigns, asked)
        at = county.clock()
        more = seal_cursor(county, "campaigns", str(found[limit - 1][0].campaign_id)) if len(found) > limit else None
        return Page(
            items=[
                campaign_answer(campaign, [round_answer(view, at) for view in rounds])
                for campaign, rounds in found[:limit]
            ],
            next_cursor=more,
        )

    return cast("Page[CampaignAnswer]", await fresh_answer(request, ask))


@get(
    "/api/v1/campaigns/{campaign_id:uuid}",
    opt={"callers": PUBLIC},
    tags=["vouchers"],
    summary="One campaign",
    responses=UNCHANGED,
)
async def get_campaign(request: Request[Any, Any, Any], campaign_id: FromPath[UUID]) -> CampaignAnswer:
    """A campaign with its kinds, conditions and rounds."""
    county = county_of(request)

    async def ask() -> CampaignAnswer:
        found = await inquire(county, find_campaign, campaign_id)
        if found is None or found[0].state not in PUBLIC_STATES:
            raise ProblemError(GeneralReason.NOT_FOUND)
        at = county.clock()
        return campaign_answer(found[0], [round_answer(view, at) for view in found[1]])

    return cast(CampaignAnswer, await fresh_answer(request, ask))


@get("/api/v1/rounds", opt={"callers": PUBLIC}, tags=["vouchers"], summary="Rounds", responses=UNCHANGED)
async def list_rounds(
    request: Request[Any, Any, Any], in_state: StateQuery = None, mode: ModeQuery = RoundMode.RUSH
) -> Page[RoundAnswer]:
    """Rounds that are open now, or all that have not ended yet, soonest first; those that take claims if not asked."""
    county = county_of(request)

    async def ask() -> Page[RoundAnswer]:
        at = county.clock()
        found = await inquire(county, find_rounds, FindRounds(at=at, only_open=in_state == "open", mode=mode))
        return Page(items=[round_answer(view, at) for view in found])

    return cast("Page[RoundAnswer]", await fresh_answer(request, ask))


@post(
    "/api/v1/rounds/{round_id:uuid}/claims",
    opt={"callers": RESIDENT | {Role.OPERATOR}},
    tags=["vouchers"],
    summary="Claim a voucher",
    responses=documented(ClaimReason, StationReason, AssistReason, PapersReason, *PROOF_NOES, GeneralReason.ID_REUSED)
    | same_again(ClaimAnswer),
)
async def post_claim(
    request: Request[Any, Any, Any], round_id: FromPath[UUID], data: JSONBody[ClaimRequest]
) -> Response[ClaimAnswer]:
    """201 for a new voucher; the same id again gives 200 and the same answer."""
    caller, county = caller_of(request), county_of(request)
    if caller.claimant is None:
        command = assisted_command(request, round_id, data.claim_id, data)
        return claim_response(await transact(county, assisted_claim, command))
    residents_only(data)
    submit = cast(SubmitClaim, request.app.state["submit_claim"])
    return claim_response(await submit(county, own_claim(caller, round_id, data.claim_id, address_of(request))))


class ForSomebody(Protocol):
    """What a body says when an operator asks for a resident."""

    @property
    def resident_id(self) -> UUID | UnsetType:
        """For whom."""

    @property
    def proof(self) -> ProofKind | UnsetType:
        """What was seen of them."""

    @property
    def proof_number(self) -> str | UnsetType:
        """The number of the document that was seen."""

    @property
    def shift_id(self) -> UUID | UnsetType:
        """In which shift."""


def residents_only(data: ForSomebody) -> None:
    """A resident asks for nobody else: raises a 400 that says so."""
    if not (data.resident_id is data.proof is data.proof_number is data.shift_id is UNSET):
        told = "居民只能为自己领取 / residents claim for themselves only"
        raise ProblemError(GeneralReason.INVALID, errors=[FieldError(pointer="/resident_id", detail=told)])


def assisted_command(request: Request[Any, Any, Any], round_id: UUID, act_id: UUID, data: ForSomebody) -> AssistedClaim:
    """The command of an operator who asks for somebody; raises a 400 that names what is missing."""
    for field in ("resident_id", "proof", "shift_id"):
        if getattr(data, field) is UNSET:
            raise ProblemError(
                GeneralReason.INVALID,
                errors=[FieldError(pointer=f"/{field}", detail="代领须填写此项 / needed when claiming for somebody")],
            )
    given = cast(Any, data)
    return AssistedClaim(
        claim_id=act_id,
        round_id=round_id,
        resident_id=given.resident_id,
        shift_id=given.shift_id,
        proof=ProofKind(given.proof),
        proof_number=None if data.proof_number is UNSET else given.proof_number,
        actor=caller_of(request).actor(
            role=Role.OPERATOR,
            request_id=act_id,
            shift_id=given.shift_id,
            proof=given.proof,
            address=address_of(request),
        ),
    )


def own_claim(caller: Caller, round_id: UUID, claim_id: UUID, address: str | None) -> Claim:
    """The command of a resident who claims for themselves."""
    claimant = caller.claimant
    assert claimant is not None, "residents' callers carry their keys"
    return Claim(
        claim_id=claim_id,
        round_id=round_id,
        resident_id=claimant.resident_id,
        facts=ClaimantFacts(groups=claimant.groups, proof_level=claimant.proof_level, frozen=claimant.frozen),
        people=tuple(key for _, key in claimant.keys),
        actor=caller.actor(role=Role.RESIDENT, request_id=claim_id, address=address),
    )


def claim_response(outcome: AssistedOutcome) -> Response[Any]:
    """The answer to a claim."""
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(claim_answer(outcome), status_code=200 if outcome.again else 201)


@get("/api/v1/me/vouchers", opt={"callers": RESIDENT}, tags=["wallet"], summary="My vouchers")
async def list_my_vouchers(
    request: Request[Any, Any, Any], in_state: HeldQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[VoucherAnswer]:
    """The wallet, newest first."""
    county, caller = county_of(request), caller_of(request)
    before = open_cursor(county, "wallet", cursor)
    found = await inquire(
        county,
        wallet,
        Wallet(
            resident_id=caller.id,
            states=(in_state,) if in_state else (),
            before=UUID(before) if before else None,
            most=limit + 1,
        ),
    )
    more = seal_cursor(county, "wallet", str(found[limit - 1].voucher_id)) if len(found) > limit else None
    return Page(items=[voucher_answer(voucher) for voucher in found[:limit]], next_cursor=more)


@get("/api/v1/me/vouchers/{voucher_id:uuid}", opt={"callers": RESIDENT}, tags=["wallet"], summary="One of my vouchers")
async def get_my_voucher(request: Request[Any, Any, Any], voucher_id: FromPath[UUID]) -> VoucherAnswer:
    """One voucher; somebody else's is not found."""
    found = await inquire(county_of(request), one_voucher, OneVoucher(caller_of(request).id, voucher_id))
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return voucher_answer(found)


@post(
    "/api/v1/me/tokens",
    opt={"callers": RESIDENT},
    tags=["wallet"],
    summary="Refresh the wallet's tokens",
    status_code=200,
    responses=documented(TokenReason),
)
async def post_tokens(request: Request[Any, Any, Any]) -> Response[TokensAnswer]:
    """Signed tokens with which this phone shows its vouchers, for seven days without a network."""
    issued = await transact(county_of(request), issue_tokens, IssueTokens(caller_of(request).id))
    return refusal(issued) if isinstance(issued, Refused) else Response(tokens_answer(issued), status_code=200)


@post(
    "/api/v1/me/vouchers/{voucher_id:uuid}/short-code",
    opt={"callers": RESIDENT},
    tags=["wallet"],
    summary="A code to type or read aloud",
    status_code=200,
    responses=documented(ShortCodeReason),
)
async def post_short_code(request: Request[Any, Any, Any], voucher_id: FromPath[UUID]) -> Response[ShortCodeAnswer]:
    """Eight digits, one use, 120 seconds; an earlier code of the voucher stops working."""
    made = await transact(
        county_of(request), make_short_code, MakeShortCode(resident_id=caller_of(request).id, voucher_id=voucher_id)
    )
    return refusal(made) if isinstance(made, Refused) else Response(short_code_answer(made), status_code=200)


VOUCHER_ROUTES: list[BaseRouteHandler] = [
    get_time,
    list_campaigns,
    get_campaign,
    list_rounds,
    post_claim,
    list_my_vouchers,
    get_my_voucher,
    post_tokens,
    post_short_code,
]
