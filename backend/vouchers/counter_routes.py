"""Redeeming at the counter: merchants, stations and tills; their lists, and residents' own."""

from typing import Any, cast
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.actors import Role
from backend.kernel.presentations import PresentationReason, named_voucher, verify_presentation
from backend.kernel.refusals import GeneralReason, Refused
from backend.kernel.short_code import read_short_code
from backend.outbox.rules import IdReused
from backend.stations.find_shifts import merchant_of_shift
from backend.stations.phone_code_rules import PROOF_NOES
from backend.stations.rules import ProofKind, StationReason
from backend.vouchers.assist import AssistedRedeem, AssistedRedeemOutcome, assisted_redeem
from backend.vouchers.doors import SubmitRedeem
from backend.vouchers.find_redemptions import FindRedemptions, find_redemptions
from backend.vouchers.issuer import recent_tokens, trust_of
from backend.vouchers.papers import PapersReason
from backend.vouchers.redeem_rules import Evidence, Redeem, Shown, Typed, Unproven
from backend.vouchers.refund_rules import RollBack, RollBackReason
from backend.vouchers.roll_back import roll_back
from backend.vouchers.rules import Bill, RedemptionReason
from backend.vouchers.schemas import (
    RedemptionAnswer,
    RedemptionItem,
    RedemptionRequest,
    RollBackAnswer,
    RollBackRequest,
    bill_lines,
    redemption_answer,
    redemption_item,
    roll_back_answer,
)
from backend.web.callers import Caller, address_of, caller_of, county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import FieldError, ProblemError, documented, refused, same_again

NEEDED = "驿站代办须填写此项 / needed when a station serves somebody"
NO_MERCHANT = "这个驿站自己不是商户，请选择收款的商户 / this station is no merchant itself; name the one that is paid"
COUNTERS = frozenset({Role.MERCHANT, Role.OPERATOR, Role.POS})


def presented(county: County, code: str) -> Shown | Typed | Unproven:
    """What a scanned or typed code proves now."""
    if code[:2].upper() == "XV" or ":" in code:
        proven = verify_presentation(
            code, trust=trust_of(county), county=county.code, at=county.clock(), recent=recent_tokens(county)
        )
        if isinstance(proven, Refused):
            return Unproven(voucher_id=named_voucher(code), reason=proven.reason)
        return Shown(voucher_id=proven.token.voucher, holder=proven.token.holder.compressed, count=proven.counter)
    digits = read_short_code(code)
    if digits is None:
        raise ProblemError(
            GeneralReason.INVALID,
            errors=[FieldError(pointer="/code", detail="请扫码或输入 8 位数字 / scan the code or type its 8 digits")],
        )
    return Typed(code=county.keys.keyed_hash("short-code", digits))


@post(
    "/api/v1/redemptions",
    opt={"callers": COUNTERS},
    tags=["counter"],
    summary="Take a voucher as payment",
    responses=documented(
        RedemptionReason, PresentationReason, StationReason, PapersReason, *PROOF_NOES, GeneralReason.ID_REUSED
    )
    | same_again(RedemptionAnswer),
)
async def post_redemption(
    request: Request[Any, Any, Any], data: JSONBody[RedemptionRequest]
) -> Response[RedemptionAnswer]:
    """201 for a new redemption; the same id again gives 200 and the same answer.

    An operator adds `shift_id` and `proof`, and `merchant_id` unless the station is itself the merchant.
    """
    caller, county = caller_of(request), county_of(request)
    own = caller.merchant_id is None and data.merchant_id is msgspec.UNSET
    if own and (shop := await inquire(county, merchant_of_shift, _needed(data, "shift_id"))) is not None:
        data = msgspec.structs.replace(data, merchant_id=shop)
    command = counter_command(county, caller, data, address_of(request))
    if caller.merchant_id is not None:
        submit = cast(SubmitRedeem, request.app.state["submit_redeem"])
        return redeem_response(await submit(county, command))
    assisted = AssistedRedeem(
        redeem=command,
        shift_id=_needed(data, "shift_id"),
        proof=ProofKind(_needed(data, "proof")),
        proof_number=data.proof_number if isinstance(data.proof_number, str) else None,
    )
    return redeem_response(await transact(county, assisted_redeem, assisted))


def counter_command(county: County, caller: Caller, data: RedemptionRequest, address: str | None) -> Redeem:
    """The command of a counter: the caller's own merchant, or the one an operator names."""
    if caller.merchant_id is not None:
        for field in ("merchant_id", "shift_id", "proof", "proof_number"):
            if getattr(data, field) is not msgspec.UNSET:
                told = "只在驿站代办时填写，请去掉 / only for a station that serves somebody; leave it out"
                raise ProblemError(GeneralReason.INVALID, errors=[FieldError(pointer=f"/{field}", detail=told)])
    elif data.counter_cell is not msgspec.UNSET:
        told = "驿站代办不填写 / not where a station serves somebody; leave it out"
        raise ProblemError(GeneralReason.INVALID, errors=[FieldError(pointer="/counter_cell", detail=told)])
    evidence = data.payment_evidence
    return Redeem(
        redemption_id=data.redemption_id,
        presented=presented(county, data.code),
        bill=bill_of(data),
        merchant_id=caller.merchant_id or _needed(data, "merchant_id", NO_MERCHANT),
        evidence=Evidence(kind=evidence.kind, value=evidence.value, amount_fen=evidence.amount_fen)
        if evidence
        else None,
        lines=bill_lines(data.lines),
        cell=data.counter_cell if isinstance(data.counter_cell, str) else None,
        actor=caller.actor(
            request_id=data.redemption_id,
            address=address,
            shift_id=data.shift_id if isinstance(data.shift_id, UUID) else None,
            proof=data.proof if isinstance(data.proof, ProofKind) else None,
        ),
    )


def _needed(data: RedemptionRequest, field: str, told: str = NEEDED) -> Any:
    given = getattr(data, field)
    if given is msgspec.UNSET:
        raise ProblemError(
            GeneralReason.INVALID,
            errors=[FieldError(pointer=f"/{field}", detail=told)],
        )
    return given


def bill_of(data: RedemptionRequest) -> Bill:
    """The bill, after the checks that need both amounts."""
    eligible = data.bill_fen if data.eligible_fen is msgspec.UNSET else data.eligible_fen
    assert isinstance(eligible, int), "unset was replaced"
    if eligible > data.bill_fen:
        raise ProblemError(
            GeneralReason.INVALID,
            errors=[FieldError(pointer="/eligible_fen", detail="不能大于账单金额 bill_fen / must not exceed bill_fen")],
        )
    return Bill(bill_fen=data.bill_fen, eligible_fen=eligible)


def redeem_response(outcome: AssistedRedeemOutcome) -> Response[Any]:
    """The answer to a redemption."""
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(redemption_answer(outcome), status_code=200 if outcome.again else 201)


@get("/api/v1/redemptions", opt={"callers": COUNTERS}, tags=["counter"], summary="This counter's redemptions")
async def list_redemptions(
    request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50
) -> Page[RedemptionItem]:
    """Newest first; of the caller's own merchant, or those that the operator served."""
    return await _page(county_of(request), _own(caller_of(request)), cursor, limit)


@get("/api/v1/redemptions/{redemption_id:uuid}", opt={"callers": COUNTERS}, tags=["counter"], summary="One redemption")
async def get_redemption(request: Request[Any, Any, Any], redemption_id: FromPath[UUID]) -> RedemptionItem:
    """Tells a counter whose answer was lost whether the redemption was stored."""
    asked = msgspec.structs.replace(_own(caller_of(request)), redemption_id=redemption_id, most=1)
    found = await inquire(county_of(request), find_redemptions, asked)
    if not found:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return redemption_item(found[0])


def _own(caller: Caller) -> FindRedemptions:
    """What this counter may see."""
    if caller.merchant_id is None:
        return FindRedemptions(operator_id=caller.id)
    return FindRedemptions(merchant_id=caller.merchant_id)


@get(
    "/api/v1/me/redemptions",
    opt={"callers": frozenset({Role.RESIDENT})},
    tags=["wallet"],
    summary="Where my vouchers were used",
)
async def list_my_redemptions(
    request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50
) -> Page[RedemptionItem]:
    """Newest first."""
    return await _page(county_of(request), FindRedemptions(resident_id=caller_of(request).id), cursor, limit)


async def _page(county: County, asked: FindRedemptions, cursor: str | None, limit: int) -> Page[RedemptionItem]:
    before = open_cursor(county, "redemptions", cursor)
    found = await inquire(
        county,
        find_redemptions,
        msgspec.structs.replace(asked, before=UUID(before) if before else None, most=limit + 1),
    )
    more = (
        seal_cursor(county, "redemptions", str(found[limit - 1].record.redemption_id)) if len(found) > limit else None
    )
    return Page(items=[redemption_item(record) for record in found[:limit]], next_cursor=more)


@post(
    "/api/v1/redemptions/{redemption_id:uuid}/roll-back",
    opt={"callers": frozenset({Role.MERCHANT, Role.POS})},
    tags=["counter"],
    summary="Undo a redemption",
    responses=documented(RollBackReason, GeneralReason.ID_REUSED) | same_again(RollBackAnswer),
)
async def post_roll_back(
    request: Request[Any, Any, Any], redemption_id: FromPath[UUID], data: JSONBody[RollBackRequest]
) -> Response[RollBackAnswer]:
    """The whole bill, before payout: every fen goes back to whoever paid it."""
    caller = caller_of(request)
    outcome = await transact(
        county_of(request),
        roll_back,
        RollBack(
            roll_back_id=data.roll_back_id,
            redemption_id=redemption_id,
            merchant_id=caller.merchant_id or UUID(int=0),
            reason=data.reason,
            refund_fen=data.refund_fen if isinstance(data.refund_fen, int) else None,
            actor=caller.actor(request_id=data.roll_back_id, address=address_of(request)),
        ),
    )
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(roll_back_answer(outcome), status_code=200 if outcome.again else 201)


COUNTER_ROUTES: list[BaseRouteHandler] = [
    post_redemption,
    list_redemptions,
    get_redemption,
    list_my_redemptions,
    post_roll_back,
]
