"""The number beside a card's code, typed with the PIN: nobody learns which numbers there are."""

import asyncio
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import select, update

from backend.cards import store
from backend.cards.end_card import RevokeCard, revoke_card
from backend.cards.number_rules import check_digit, is_typed, number_from, read_number
from backend.cards.open_card import CardOpened, OpenOutcome, WrongPin, open_card
from backend.cards.rules import PaperCardReason
from backend.cards.tables import cards
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.rules import RedemptionReason
from tests.cards.card_makers import issue, issuing
from tests.cards.test_open import WRONG, carded, carded_at, opening
from tests.databases import HandClock
from tests.stations.station_makers import CLERK, by_operator
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import counter, redemption, spend

ALIKE = Refused(PaperCardReason.NUMBER_OR_PIN_WRONG)
UNKNOWN = "12345678901" + check_digit("12345678901")
OURS = "012345678901"
"""``pwa/tests/card_number.test.ts`` reads the same."""


def test_a_number_is_read_as_people_type_it_and_no_wrong_digit_passes() -> None:
    assert check_digit("0794") == "5", "the example of ISO/IEC 7064"
    assert check_digit(OURS[:-1]) == OURS[-1]
    for typed in (OURS, "0123 4567 8901", " ０１２３-4567-8901 "):
        assert read_number(typed) == OURS, typed
    wrong = [
        OURS[:place] + str(digit) + OURS[place + 1 :]
        for place in range(12)
        for digit in range(10)
        if str(digit) != OURS[place]
    ]
    assert len(wrong) == 108
    for typed in (*wrong, OURS[:-1], OURS + "0", "", "XP1:A", "0" * 65):
        assert read_number(typed) is None, typed
    assert is_typed("0123 45")
    assert not is_typed("XP1:0123")
    assert not is_typed("")


def test_a_cards_number_has_twelve_digits_whatever_it_comes_from() -> None:
    for secret in (bytes(32), b"\xff" * 32, b"\x01" * 32):
        assert read_number(number_from(secret)) == number_from(secret)


async def test_the_number_and_the_pin_open_a_card_and_the_same_act_by_its_code_is_the_same(county: County) -> None:
    card, _, voucher_id, shop = await carded(county)
    number = card.typed_number
    command = opening(card, shop, card=f"{number[:4]} {number[4:8]} {number[8:]}")
    opened = await open_card(county, command)
    assert isinstance(opened, CardOpened)
    assert opened.chosen.voucher_id == voucher_id
    scanned = await open_card(county, replace(command, card=card.code))
    assert isinstance(scanned, CardOpened)
    assert isinstance(await spend(county, redemption(county, scanned.code, shop)), Redeemed)
    assert await faults(county) == []


async def test_typed_and_scanned_tries_are_the_same_five_and_a_locked_card_is_told_as_any_wrong_one(
    county: County,
) -> None:
    card, _, _, shop = await carded(county)
    typed = opening(card, shop, card=card.typed_number)
    for _ in range(3):
        assert await open_card(county, replace(typed, pin=WRONG)) == ALIKE
    assert await open_card(county, opening(card, shop, pin=WRONG)) == WrongPin(1)
    assert await open_card(county, replace(typed, pin=WRONG)) == ALIKE
    assert await open_card(county, typed) == ALIKE, "locked, and whoever guesses is not told that the PIN is right"
    assert await open_card(county, opening(card, shop)) == Refused(PaperCardReason.LOCKED)


async def test_a_number_that_no_card_has_is_answered_as_a_wrong_pin_is(county: County) -> None:
    card, _, _, shop = await carded(county)
    ended = RevokeCard(revocation_id=new_id(), card_id=card.card_id, lost=True, words="来电", actor=CLERK)
    answers = [
        await open_card(county, opening(card, shop, card=UNKNOWN)),
        await open_card(county, opening(card, shop, card=card.typed_number, pin=WRONG)),
    ]
    await transact(county, revoke_card, ended)
    answers.append(await open_card(county, opening(card, shop, card=card.typed_number)))
    assert answers == [ALIKE] * 3
    mistyped = opening(card, shop, card=card.typed_number[:-1])
    assert await open_card(county, mistyped) == Refused(PaperCardReason.NUMBER_MISTYPED)


async def test_ten_wrong_numbers_an_hour_lock_a_counters_typing_and_no_other(county: County, clock: HandClock) -> None:
    at, card, _, shop = await carded_at(county)
    guess = opening(card, shop, card=UNKNOWN)
    assert isinstance(await open_card(county, opening(card, shop, card=card.typed_number)), CardOpened), "costs no try"
    outcomes: list[OpenOutcome] = await asyncio.gather(*(open_card(county, guess) for _ in range(12)))
    locked = Refused(RedemptionReason.COUNTER_LOCKED)
    assert (outcomes.count(ALIKE), outcomes.count(locked)) == (10, 2)
    typed = opening(card, shop, card=card.typed_number)
    assert await open_card(county, typed) == locked
    assert isinstance(await open_card(county, opening(card, shop)), CardOpened), "scanning goes on"
    desk = replace(typed, actor=replace(by_operator(), shift_id=at.shift), shift_id=at.shift)
    assert isinstance(await open_card(county, desk), CardOpened)
    elsewhere = opening(card, await counter(county, order=2, places=False), card=card.typed_number)
    assert isinstance(await open_card(county, elsewhere), CardOpened)
    clock.forward(hours=1)
    assert isinstance(await open_card(county, typed), CardOpened)


async def test_the_county_keeps_no_number_that_anybody_could_read_and_tells_it_again(county: County) -> None:
    at, card, _, _ = await carded_at(county)
    command = issuing(at)
    first, again = await issue(county, command), await issue(county, command)
    assert not isinstance(first, Refused)
    assert not isinstance(again, Refused)
    assert getattr(again, "typed_number", None) == getattr(first, "typed_number", "")
    assert read_number(card.typed_number) == card.typed_number

    async def kept(tx: Transaction, _asked: None) -> str:
        return repr((await tx.execute(select(cards))).all())

    assert card.typed_number not in await inquire(county, kept, None)


async def test_of_two_cards_with_one_number_neither_is_found_by_it(county: County) -> None:
    at, card, _, shop = await carded_at(county)
    other = await issue(county, issuing(at))
    assert not isinstance(other, Refused)

    async def make_alike(tx: Transaction, _command: None, *, now: object) -> None:
        hashed = tx.county.keys.keyed_hash("card-typed", card.typed_number)
        await tx.execute(update(cards).values(typed_hash=hashed))

    await transact(county, make_alike, None)
    assert await open_card(county, opening(card, shop, card=card.typed_number)) == ALIKE

    async def found(tx: Transaction, _asked: None) -> UUID | None:
        return await store.id_by_number(tx, card.typed_number)

    assert await inquire(county, found, None) is None
