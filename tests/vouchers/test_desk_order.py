"""Whatever happened in some order is found to have been possible, soon; what happened in no order is not."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from backend.kernel.actors import Actor, ActorKind
from backend.kernel.refusals import Refused
from backend.ledger.rules import Funder
from backend.outbox.rules import IdReused
from backend.vouchers.claim_rules import Claim, Claimed
from backend.vouchers.desk_rules import CampaignState, DeskReason, KindPlan, RoundPlan
from backend.vouchers.redeem_rules import Redeem, Redeemed, Shown, Typed
from backend.vouchers.refund_rules import RollBack, RollBackReason, RolledBack
from backend.vouchers.rules import Bill, ClaimantFacts, ClaimReason, RedemptionReason, VoucherState
from backend.vouchers.short_code import MakeShortCode, ShortCode, ShortCodeReason
from backend.vouchers.steer_campaign import SteerCampaign, Steered, Turn
from tests.vouchers import desk_books
from tests.vouchers.campaigns import terms
from tests.vouchers.counters import TILL
from tests.vouchers.desk_model import Model
from tests.vouchers.desk_order import NO_BOOKS, Books, Unexplained, in_some_order
from tests.vouchers.desk_records import Act

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ROUND, SHOP, OTHER_SHOP, CAMPAIGN = (UUID(int=n) for n in (1, 2, 3, 4))
PEOPLE = [UUID(int=0x100 + n) for n in range(30)]
REDEEMED_BILL, SMALL_BILL = 20_000, 19_999
CODE_WRONG, ALREADY_USED = Refused(RedemptionReason.CODE_WRONG), Refused(RedemptionReason.ALREADY_USED)


def test_one_act_too_early_is_noticed_before_everything_else_was_tried_after_it() -> None:
    """What the ninth desk history stumbled over: a code that was replaced, and an id that another command took."""
    model = standing(pieces=20, vouchers=17)
    contested = UUID(int=0xC0)
    claimed = act(claim(PEOPLE[20], contested), fresh(PEOPLE[20], contested))
    wrong = act(redeem(contested, Typed(code=b"old-0")), CODE_WRONG)
    made = [act(make(n), code_of(f"new-{n}")) for n in range(17)]

    found = in_some_order(model, [claimed, wrong, *made], NO_BOOKS)

    assert found.answers[contested][1] == claimed.outcome
    assert found.wrong == {(SHOP, AT): 1}


def test_who_was_told_that_a_voucher_is_used_came_before_it_was_given_back() -> None:
    model = standing(pieces=20, vouchers=17)
    sold, undone = UUID(int=0xC1), UUID(int=0xC2)
    drawn = Shown(voucher_id=voucher(0), holder=b"", count=1)
    assert model.explains(act(redeem(sold, drawn), yes(sold)))
    given_back = act(undo(sold, undone), back(sold, undone))
    used = act(redeem(UUID(int=0xC3), drawn), ALREADY_USED)
    replayed = act(redeem(UUID(int=0xC4), drawn), Refused(RedemptionReason.CODE_REPLAYED))
    made = [act(make(n), code_of(f"new-{n}")) for n in range(1, 17)]

    found = in_some_order(model, [given_back, replayed, used, *made], NO_BOOKS)

    assert found.vouchers[voucher(0)].state == "issued"
    assert UUID(int=0xC3) in found.answers


@pytest.mark.parametrize("counted", [0, 1])
def test_the_books_tell_whether_somebody_who_hung_up_had_typed_a_wrong_code(counted: int) -> None:
    model = standing(pieces=3, vouchers=1)
    contested = UUID(int=0xC0)
    typed = redeem(contested, Typed(code=b"nobody's"))
    acts = [
        act(claim(PEOPLE[20], contested), fresh(PEOPLE[20], contested)),
        Act(command=typed, outcome=IdReused(), at=AT, lost=(IdReused(), CODE_WRONG)),
        Act(command=typed, outcome=IdReused(), at=AT, after=frozenset({0, 1})),
    ]
    stored = {(SHOP, AT): 1} if counted else {}

    found = in_some_order(model, acts, Books(fit=lambda one: desk_books.rows(one)["wrong"] == stored))

    assert found.wrong == stored


def test_whatever_happened_one_after_the_other_is_found_to_have_been_possible() -> None:
    for seed in range(400):
        dice = Random(seed)
        model = standing(pieces=4, vouchers=2)
        happened = list(lived(dice, model.copy()))
        dice.shuffle(happened)
        try:
            in_some_order(model, happened, NO_BOOKS)
        except Unexplained as error:
            raise AssertionError(f"seed {seed}") from error


def test_an_answer_too_many_is_in_no_order_possible() -> None:
    model = standing(pieces=2, vouchers=1)
    voucher_id = voucher(0)
    first, other = UUID(int=0xC1), UUID(int=0xC2)
    drawn, typed = Shown(voucher_id=voucher_id, holder=b"", count=1), Typed(code=b"old-0")
    sold = model.copy()
    assert sold.explains(act(redeem(first, drawn), yes(first)))
    impossible: list[tuple[Model, list[Act]]] = [
        (model, [act(redeem(first, drawn), yes(first)), act(redeem(other, typed), yes(other))]),
        (model, [act(redeem(first, typed), yes(first)), act(redeem(first, typed), yes(first))]),
        (model, [act(redeem(first, typed), yes(first)), act(redeem(other, typed), ALREADY_USED)]),
        (model, [act(redeem(first, typed), yes(first, shop=False))]),
        (model, [act(redeem(first, typed), CODE_WRONG)]),
        (model, [act(claim(PEOPLE[5], first), fresh(PEOPLE[5], first, face=1))]),
        (model, [act(claim(PEOPLE[5], first), Refused(ClaimReason.SOLD_OUT))]),
        (model, [act(claim(PEOPLE[n], UUID(int=n)), fresh(PEOPLE[n], UUID(int=n))) for n in (5, 6)]),
        (sold, [act(undo(first, n), back(first, n)) for n in (other, UUID(int=0xC3))]),
        (sold, [act(undo(first, other), Refused(RollBackReason.NO_SUCH_REDEMPTION))]),
        (sold, [act(redeem(first, drawn), yes(first))]),
        (sold, [act(undo(first, other), back(first, other)), act(redeem(other, drawn), yes(other))]),
    ]
    for before, acts in impossible:
        with pytest.raises(Unexplained, match="explains these answers at all"):
            in_some_order(before, acts, NO_BOOKS)


def standing(*, pieces: int, vouchers: int) -> Model:
    """A county with one round, of which so many vouchers are claimed, each with a code ``old-…``."""
    kind = KindPlan(code="dining-50", name_zh="餐饮券", name_en="Dining", terms=terms(), cap_pieces=pieces)
    plan = RoundPlan(
        round_id=ROUND,
        kind_code=kind.code,
        name_zh="轮次",
        name_en="Round",
        opens_at=AT,
        closes_at=AT + timedelta(days=1),
        pieces=pieces,
    )
    model = Model((kind,), (plan,), {SHOP: "catering", OTHER_SHOP: "retail"}, str.encode)
    for n in range(vouchers):
        claim_id = UUID(int=0x300 + n)
        assert model.explains(act(claim(PEOPLE[n], claim_id), fresh(PEOPLE[n], claim_id, n)))
        assert model.explains(act(make(n), code_of(f"old-{n}")))
    return model


def act(command: Any, outcome: Any) -> Act:
    """Something asked and answered now."""
    return Act(command=command, outcome=outcome, at=AT)


def voucher(n: int) -> UUID:
    """The id of a voucher."""
    return UUID(int=0x200 + n)


def claim(resident_id: UUID, claim_id: UUID) -> Claim:
    """A resident asks for a voucher."""
    return Claim(
        claim_id=claim_id,
        round_id=ROUND,
        resident_id=resident_id,
        facts=ClaimantFacts(),
        people=(resident_id.bytes + bytes(16),),
        actor=Actor(kind=ActorKind.RESIDENT, id=resident_id, role="resident", request_id=claim_id),
    )


def fresh(resident_id: UUID, claim_id: UUID, n: int | None = None, face: int = 5_000) -> Claimed:
    """A voucher was given, for the first time; its id is of the resident, or the one told."""
    return Claimed(
        claim_id=claim_id,
        voucher_id=UUID(int=resident_id.int + 0x1000) if n is None else voucher(n),
        round_id=ROUND,
        face_fen=face,
        minimum_spend_fen=20_000,
        use_from=AT,
        expires_at=datetime(2026, 11, 26, 16, 0, tzinfo=UTC),
        claimed_at=AT,
    )


def redeem(redemption_id: UUID, shown: Shown | Typed, bill: int = REDEEMED_BILL) -> Redeem:
    """The dining counter asks to take a voucher."""
    return Redeem(
        redemption_id=redemption_id,
        presented=shown,
        merchant_id=SHOP,
        bill=Bill(bill_fen=bill, eligible_fen=bill),
        actor=TILL,
    )


def yes(redemption_id: UUID, of: UUID | None = None, *, shop: bool = True) -> Redeemed:
    """50 yuan off, all of it public money, or said to be the merchant's own."""
    return Redeemed(
        redemption_id=redemption_id,
        voucher_id=of or voucher(0),
        discount_fen=5_000,
        payable_fen=REDEEMED_BILL - 5_000,
        bill_fen=REDEEMED_BILL,
        funders=((Funder.GOVERNMENT if shop else Funder.MERCHANT, 5_000),),
        redeemed_at=AT,
    )


def undo(redemption_id: UUID, roll_back_id: UUID) -> RollBack:
    """The dining counter undoes a redemption."""
    return RollBack(
        roll_back_id=roll_back_id,
        redemption_id=redemption_id,
        merchant_id=SHOP,
        reason="顾客退单",
        refund_fen=None,
        actor=TILL,
    )


def back(redemption_id: UUID, roll_back_id: UUID) -> RolledBack:
    """It was undone, and the voucher can be used again."""
    return RolledBack(
        roll_back_id=roll_back_id,
        redemption_id=redemption_id,
        refund_fen=REDEEMED_BILL,
        customer_fen=REDEEMED_BILL - 5_000,
        funders=((Funder.GOVERNMENT, 5_000),),
        left_fen=0,
        voucher_state=VoucherState.ISSUED,
        rolled_back_at=AT,
    )


def make(n: int) -> MakeShortCode:
    """A holder asks for digits."""
    return MakeShortCode(resident_id=PEOPLE[n], voucher_id=voucher(n))


def code_of(digits: str) -> ShortCode:
    """The digits, for two minutes."""
    return ShortCode(code=digits, expires_at=AT + timedelta(seconds=120))


def lived(dice: Random, model: Model) -> Iterator[Act]:
    """Random acts one after the other, each with the answer that the rules give it at its turn."""
    for nth in range(dice.randint(4, 9)):
        command = _command(dice, nth)
        answers = [one for one in _answers(command, nth) if model.copy().explains(act(command, one))]
        bound = None if isinstance(command, MakeShortCode) else model.bound(command)
        happened = act(command, bound if bound is not None else answers[0])
        assert model.explains(happened), happened
        yield happened


def _command(dice: Random, nth: int) -> Any:
    """Few ids, few people and two vouchers, so that much of it is about the same."""
    some_id, n = UUID(int=0x400 + dice.randrange(5)), dice.randrange(2)
    match dice.randrange(8):
        case 0 | 1:
            return claim(PEOPLE[dice.randrange(5)], some_id)
        case 2 | 3:
            code = Typed(code=dice.choice((b"old-0", b"old-1", b"new-1", b"new-3", b"nobody's")))
            return redeem(some_id, code, dice.choice((REDEEMED_BILL, REDEEMED_BILL, SMALL_BILL)))
        case 4:
            return redeem(some_id, Shown(voucher_id=voucher(n), holder=b"", count=dice.randint(1, 3)))
        case 5:
            return undo(UUID(int=0x400 + dice.randrange(5)), some_id)
        case 6:
            return make(n)
    turn = dice.choice((Turn.PAUSE, Turn.RESUME, Turn.END))
    return SteerCampaign(turn_id=UUID(int=0x500 + nth), campaign_id=CAMPAIGN, turn=turn, reason="核查", actor=TILL)


def _answers(command: Any, nth: int) -> Sequence[Any]:
    """What may be answered to it when nothing was yet."""
    match command:
        case Claim():
            return [
                fresh(command.resident_id, command.claim_id, 0x100 + nth),
                *(Refused(no) for no in ClaimReason),
            ]
        case Redeem():
            return [
                *(yes(command.redemption_id, voucher(n)) for n in range(2)),
                *(Refused(no) for no in RedemptionReason),
            ]
        case RollBack():
            return [back(command.redemption_id, command.roll_back_id), *(Refused(no) for no in RollBackReason)]
        case MakeShortCode():
            return [code_of(f"new-{nth}"), *(Refused(no) for no in ShortCodeReason)]
    states = (CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.ENDED)
    return [
        *(Steered(campaign_id=CAMPAIGN, state=state) for state in states),
        Refused(DeskReason.WRONG_STATE),
    ]
