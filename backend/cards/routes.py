"""A station ends a card; the office looks at cards, calls one back, and sees each operator's figures."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET

from backend.cards.end_card import EndCard, RevokeCard, end_own_card, revoke_card
from backend.cards.find_cards import AskFigures, FindCards, find_cards, find_operator_figures
from backend.cards.open_card import OpenCard, WrongPin, open_card
from backend.cards.rules import PaperCardReason
from backend.cards.schemas import (
    CardEndedAnswer,
    CardOpenedAnswer,
    CardOperatorsAnswer,
    EndCardRequest,
    OpenCardRequest,
    PaperCardAnswer,
    RevokeCardRequest,
    card_answer,
    ended_answer,
    opened_answer,
    operator_answer,
)
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel import instants
from backend.kernel.actors import Role
from backend.kernel.cards import CardReason
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.stations.find_shifts import merchant_of_shift
from backend.stations.phone_code_rules import PROOF_NOES
from backend.stations.rules import StationReason
from backend.vouchers.assist import AssistReason
from backend.vouchers.papers import Papers, PapersReason
from backend.vouchers.rules import Bill, RedemptionReason
from backend.vouchers.short_code import ShortCodeReason
from backend.web.callers import Caller, address_of, caller_of, county_of
from backend.web.paging import Cursor, Limit, Page, open_moment, seal_moment
from backend.web.problems import FieldError, ProblemError, documented, problem_response, refused

OPERATOR = frozenset({Role.OPERATOR})
COUNTERS = frozenset({Role.MERCHANT, Role.OPERATOR})
NEEDED = "驿站代办须填写此项 / needed when a station serves somebody"
NO_MERCHANT = "这个驿站自己不是商户，请选择收款的商户 / this station is no merchant itself; name the one that is paid"
OF_STATIONS = "只在驿站代办时填写，请去掉 / only for a station that serves somebody; leave it out"
WITHIN = "不能超过账单金额 / at most the bill"
DESK = frozenset({Role.OFFICE, Role.REVIEWER, Role.APPROVER})
READERS = DESK | {Role.AUDITOR}
SERVED_NOES = (StationReason, AssistReason, PapersReason, *PROOF_NOES)
OfResident = Annotated[UUID | None, QueryParameter(name="resident_id", description="Only of this resident.")]


@post(
    "/api/v1/assisted/paper-cards/end",
    opt={"callers": OPERATOR},
    tags=["cards"],
    summary="The card of the person at the counter is lost or given back",
    status_code=200,
    responses=documented(*SERVED_NOES, PaperCardReason.NO_CARD, GeneralReason.ID_REUSED),
)
async def post_card_end(request: Request[Any, Any, Any], data: JSONBody[EndCardRequest]) -> Response[CardEndedAnswer]:
    """From now on it counts nowhere; its vouchers stay with their owner."""
    command = EndCard(
        end_id=data.end_id,
        resident_id=data.resident_id,
        shift_id=data.shift_id,
        papers=Papers(proof=data.proof, number=data.proof_number or None),
        why=data.why,
        actor=caller_of(request).actor(
            role=Role.OPERATOR,
            request_id=data.end_id,
            shift_id=data.shift_id,
            proof=data.proof.value,
            address=address_of(request),
        ),
    )
    outcome = await transact(county_of(request), end_own_card, command)
    return refused(outcome) if isinstance(outcome, Refused | IdReused) else Response(ended_answer(outcome))


@post(
    "/api/v1/paper-cards/codes",
    opt={"callers": COUNTERS},
    tags=["cards"],
    summary="A code for a voucher of a paper card, with its PIN",
    status_code=200,
    responses=documented(
        *(reason for reason in CardReason),
        PaperCardReason.NUMBER_MISTYPED,
        PaperCardReason.NUMBER_OR_PIN_WRONG,
        RedemptionReason.COUNTER_LOCKED,
        PaperCardReason.ENDED,
        PaperCardReason.LOCKED,
        PaperCardReason.PIN_WRONG,
        PaperCardReason.HOLDER_FROZEN,
        PaperCardReason.NO_VOUCHER,
        PaperCardReason.DAY_LIMIT,
        ShortCodeReason,
        StationReason,
        GeneralReason.ID_REUSED,
    ),
)
async def post_card_code(
    request: Request[Any, Any, Any], data: JSONBody[OpenCardRequest]
) -> Response[CardOpenedAnswer]:
    """Eight digits for the chosen or best voucher; five wrong PINs lock a card. The digits are taken as typed ones are;
    the same `code_id` again makes new ones. A wrong PIN's problem tells `tries_left`, unless the card's number was
    typed: then every no before the PIN is right is the same, and ten in an hour lock the counter's typing.
    """
    caller, county = caller_of(request), county_of(request)
    merchant_id, shift_id = await _place_of(county, caller, data)
    eligible_fen = data.eligible_fen if isinstance(data.eligible_fen, int) else data.bill_fen
    if eligible_fen > data.bill_fen:
        raise ProblemError(GeneralReason.INVALID, errors=[FieldError(pointer="/eligible_fen", detail=WITHIN)])
    command = OpenCard(
        code_id=data.code_id,
        card=data.card,
        pin=data.pin,
        merchant_id=merchant_id,
        bill=Bill(bill_fen=data.bill_fen, eligible_fen=eligible_fen),
        voucher_id=data.voucher_id or None,
        actor=caller.actor(
            role=Role.MERCHANT if shift_id is None else Role.OPERATOR,
            request_id=data.code_id,
            address=address_of(request),
            shift_id=shift_id,
        ),
        shift_id=shift_id,
    )
    outcome = await open_card(county, command)
    if isinstance(outcome, WrongPin):
        reason = PaperCardReason.PIN_WRONG
        wrong = FieldError(pointer="/pin", detail=f"{reason.zh} / {reason.en}")
        return problem_response(reason, errors=[wrong], tries_left=outcome.tries_left)
    return refused(outcome) if isinstance(outcome, Refused | IdReused) else Response(opened_answer(outcome))


async def _place_of(county: County, caller: Caller, data: OpenCardRequest) -> tuple[UUID, UUID | None]:
    """(the merchant that is paid, the shift of a station's desk)."""
    if caller.merchant_id is not None:
        for field in ("merchant_id", "shift_id"):
            if getattr(data, field) is not UNSET:
                raise _wrong(field, OF_STATIONS)
        return caller.merchant_id, None
    if not isinstance(data.shift_id, UUID):
        raise _wrong("shift_id", NEEDED)
    if isinstance(data.merchant_id, UUID):
        return data.merchant_id, data.shift_id
    shop = await inquire(county, merchant_of_shift, data.shift_id)
    if shop is None:
        raise _wrong("merchant_id", NO_MERCHANT)
    return shop, data.shift_id


def _wrong(field: str, told: str) -> ProblemError:
    return ProblemError(GeneralReason.INVALID, errors=[FieldError(pointer=f"/{field}", detail=told)])


@post(
    "/api/v1/office/paper-cards/{card_id:uuid}/revoke",
    opt={"callers": DESK},
    tags=["cards"],
    summary="Call a paper card back",
    status_code=200,
    responses=documented(PaperCardReason.ENDED, GeneralReason.NOT_FOUND, GeneralReason.ID_REUSED),
)
async def post_card_revoke(
    request: Request[Any, Any, Any], card_id: FromPath[UUID], data: JSONBody[RevokeCardRequest]
) -> Response[CardEndedAnswer]:
    """Lost, as somebody told by phone, or for another reason, which is on record."""
    command = RevokeCard(
        revocation_id=data.revocation_id,
        card_id=card_id,
        lost=data.lost,
        words=data.reason,
        actor=caller_of(request).actor(request_id=data.revocation_id, address=address_of(request)),
    )
    outcome = await transact(county_of(request), revoke_card, command)
    return refused(outcome) if isinstance(outcome, Refused | IdReused) else Response(ended_answer(outcome))


@get(
    "/api/v1/office/paper-cards",
    opt={"callers": READERS},
    tags=["cards"],
    summary="Paper cards",
)
async def list_paper_cards(
    request: Request[Any, Any, Any], resident_id: OfResident = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[PaperCardAnswer]:
    """The newest first."""
    county = county_of(request)
    purpose = f"paper-cards {resident_id}"
    asked = FindCards(resident_id=resident_id, before=open_moment(county, purpose, cursor), most=limit + 1)
    found = await inquire(county, find_cards, asked)
    last = found[limit - 1].card if len(found) > limit else None
    more = seal_moment(county, purpose, (last.issued_at, last.id)) if last else None
    at = instants.now()
    return Page(items=[card_answer(one, at) for one in found[:limit]], next_cursor=more)


@get(
    "/api/v1/office/paper-cards/operators",
    opt={"callers": READERS},
    tags=["cards"],
    summary="How many paper cards each operator issued and took",
)
async def get_card_operators(request: Request[Any, Any, Any]) -> CardOperatorsAnswer:
    """Of the last thirty days."""
    found = await inquire(county_of(request), find_operator_figures, AskFigures(instants.now()))
    return CardOperatorsAnswer(items=[operator_answer(one) for one in found])


CARD_ROUTES: list[BaseRouteHandler] = [
    post_card_end,
    post_card_code,
    post_card_revoke,
    list_paper_cards,
    get_card_operators,
]
