"""Which PIN is too easy, when a card opens nothing, and what is left of its day; nothing of it needs a county."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from backend.cards.pin_rules import Fitting, Held, fitting, within_the_day
from backend.cards.rules import DAY_LIMIT_FEN, PIN_TRIES, CardState, PaperCard, PaperCardReason, decide_use, is_easy_pin
from backend.kernel.refusals import Refused
from backend.vouchers.rules import Bill, Counter, Terms, VoucherFacts, VoucherState
from tests.protocols.known_keys import AT, DAY

ID = UUID(int=1)
SHOP = Counter(merchant_id=UUID(int=2), trade="catering", town="511527100")
TERMS = Terms(kind_code="dining-20", face_fen=2_000, minimum_spend_fen=5_000, valid_days=7)


def card(**changed: Any) -> PaperCard:
    """One that counts for a year."""
    told: dict[str, Any] = dict.fromkeys(PaperCard.__struct_fields__, ID)
    told |= {"issued_at": AT, "expires_at": AT + 365 * DAY, "state": CardState.ACTIVE, "tries": 0, "notices": False}
    return PaperCard(**(told | changed))


@pytest.mark.parametrize(
    "pin", ["111111", "121212", "112211", "012345", "567890", "654321", "098765", "482482", "273849"]
)
def test_a_pin_that_everybody_tries_first_is_none(pin: str) -> None:
    assert is_easy_pin(pin, "511527192738491234")


@pytest.mark.parametrize("pin", ["273849", "112233", "482483", "012346", "987655"])
def test_any_other_is_one(pin: str) -> None:
    assert not is_easy_pin(pin)
    assert not is_easy_pin(pin, "511527190001011234")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"tries": PIN_TRIES - 1}, None),
        ({"tries": PIN_TRIES}, PaperCardReason.LOCKED),
        ({"tries": PIN_TRIES, "state": CardState.LOST}, PaperCardReason.ENDED),
        ({"state": CardState.REPLACED}, PaperCardReason.ENDED),
        ({"expires_at": AT}, PaperCardReason.ENDED),
        ({"expires_at": AT + timedelta(seconds=1)}, None),
    ],
)
def test_a_card_opens_something_or_says_why_not(changed: dict[str, Any], reason: PaperCardReason | None) -> None:
    decided = decide_use(card(**changed), AT)
    assert (decided.reason if isinstance(decided, Refused) else decided) is reason


def held(number: int, face_fen: int, *, days: int = 7, **changed: Any) -> Held:
    """A voucher of the card's owner."""
    given: dict[str, Any] = {
        "state": VoucherState.ISSUED,
        "terms": replace(TERMS, face_fen=face_fen),
        "face_fen": face_fen,
        "use_from": AT - DAY,
        "expires_at": AT + days * DAY,
    }
    return Held(
        voucher_id=UUID(int=number), name_zh="餐饮券", name_en="Dining", facts=VoucherFacts(**(given | changed))
    )


def test_the_voucher_that_gives_most_is_taken_and_of_equals_the_one_that_ends_first() -> None:
    mine = [
        held(1, 1_000),
        held(5, 2_000, days=7),
        held(4, 2_000, days=5),
        held(3, 2_000, days=5),
        held(2, 3_000, state=VoucherState.REDEEMED),
    ]
    found = fitting(mine, bill=Bill(bill_fen=9_000, eligible_fen=9_000), counter=SHOP, at=AT)
    assert [one.voucher_id.int for one in found] == [3, 4, 5, 1]
    assert fitting(mine, bill=Bill(bill_fen=4_000, eligible_fen=4_000), counter=SHOP, at=AT) == []


def test_a_day_has_room_to_its_last_fen_and_the_same_voucher_is_not_counted_twice() -> None:
    chosen = Fitting(voucher_id=ID, name_zh="", name_en="", discount_fen=3_000, face_fen=3_000, expires_at=AT + 7 * DAY)
    other = UUID(int=9)
    assert within_the_day({other: DAY_LIMIT_FEN - 3_000}, chosen)
    assert not within_the_day({other: DAY_LIMIT_FEN - 2_999}, chosen)
    assert within_the_day({other: DAY_LIMIT_FEN - 3_000, ID: 3_000}, chosen)
