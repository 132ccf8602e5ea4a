"""A card and its PIN at a counter with a network: five tries however they come, and the best voucher's digits."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import delete

from backend.cards.end_card import CardEnded, RevokeCard, revoke_card
from backend.cards.find_cards import AskFigures, find_operator_figures
from backend.cards.issue_card import CardIssued
from backend.cards.note_use import NoteUse, note_use
from backend.cards.open_card import CardOpened, OpenCard, OpenOutcome, WrongPin, open_card
from backend.cards.pin_rules import Fitting, within_the_day
from backend.cards.rules import PaperCardReason, is_easy_pin
from backend.cards.tables import cards
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.freeze import Freeze, freeze
from backend.identity.passwords import hash_password
from backend.kernel.cards import CardReason
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.notifications.inbox import Inbox, inbox
from backend.outbox.rules import IdReused
from backend.stations.rules import ProofKind
from backend.vouchers.assist import assisted_claim
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.rules import Bill
from tests.cards.card_makers import PIN, AtStation, at_station, issued
from tests.databases import HandClock
from tests.stations.station_makers import CLERK, OPERATOR, OTHER, by_operator
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.counters import counter, redemption, spend
from tests.vouchers.test_papers import NUMBER, helping

WRONG = "907153"


async def carded(county: County) -> tuple[CardIssued, UUID, UUID, UUID]:
    """(card, its owner, their voucher, a shop)."""
    at, card, voucher_id, shop = await carded_at(county)
    return card, at.person, voucher_id, shop


async def carded_at(county: County) -> tuple[AtStation, CardIssued, UUID, UUID]:
    """(where and whose, card, voucher, a shop)."""
    [round_id] = await running_campaign(county)
    at = await at_station(county)
    claimed = await transact(
        county, assisted_claim, helping(round_id, at.person, at.shift, ProofKind.IDENTITY_CARD, NUMBER)
    )
    assert isinstance(claimed, Claimed), claimed
    card = await issued(county, at, pin_hash=await hash_password(PIN))
    return at, card, claimed.voucher_id, await counter(county, places=False)


def opening(of: CardIssued, shop: UUID, **changed: Any) -> OpenCard:
    told: dict[str, Any] = {
        "code_id": new_id(),
        "card": of.code,
        "pin": PIN,
        "merchant_id": shop,
        "bill": Bill(bill_fen=20_000, eligible_fen=20_000),
        "voucher_id": None,
        "actor": CLERK,
    }
    return OpenCard(**(told | changed))


def reason_of(outcome: OpenOutcome) -> tuple[str, int | None]:
    """The reason, and how often the PIN may still be typed."""
    if isinstance(outcome, WrongPin):
        return PaperCardReason.PIN_WRONG.value, outcome.tries_left
    assert isinstance(outcome, Refused), outcome
    return outcome.reason.value, None


async def test_the_right_pin_gives_digits_that_any_counter_takes(county: County) -> None:
    card, _, voucher_id, shop = await carded(county)
    command = opening(card, shop)
    first = await open_card(county, command)
    assert isinstance(first, CardOpened)
    assert (first.chosen.voucher_id, first.chosen.discount_fen) == (voucher_id, 5_000)
    second = await open_card(county, command)
    assert isinstance(second, CardOpened)
    assert await open_card(county, replace(command, bill=Bill(bill_fen=10_000, eligible_fen=10_000))) == IdReused()
    assert isinstance(await spend(county, redemption(county, first.code, shop)), Refused)
    assert isinstance(await spend(county, redemption(county, second.code, shop)), Redeemed)
    assert reason_of(await open_card(county, opening(card, shop)))[0] == "card-no-voucher"
    assert await faults(county) == []


async def test_five_wrong_pins_lock_a_card_and_the_right_one_frees_the_tries(county: County) -> None:
    card, _, _, shop = await carded(county)
    tells = [reason_of(await open_card(county, opening(card, shop, pin=WRONG))) for _ in range(2)]
    assert tells == [("card-pin-wrong", 4), ("card-pin-wrong", 3)]
    assert isinstance(await open_card(county, opening(card, shop)), CardOpened)
    tells = [reason_of(await open_card(county, opening(card, shop, pin=WRONG))) for _ in range(5)]
    assert [reason for reason, _ in tells] == ["card-pin-wrong"] * 4 + ["card-locked"]
    assert reason_of(await open_card(county, opening(card, shop)))[0] == "card-locked"


async def test_a_stations_desk_opens_a_card_in_its_own_open_shift_and_counts_the_use(county: County) -> None:
    at, card, _, shop = await carded_at(county)
    at_desk = {"actor": replace(by_operator(), shift_id=at.shift), "shift_id": at.shift}
    wrong = opening(card, shop, **at_desk, pin=WRONG)
    assert reason_of(await open_card(county, replace(wrong, shift_id=new_id()))) == ("unknown-shift", None)
    someone = replace(wrong, actor=by_operator(OTHER))
    assert isinstance(await open_card(county, someone), Refused)
    assert reason_of(await open_card(county, wrong)) == ("card-pin-wrong", 4), "a no of the shift costs no try"
    opened = await open_card(county, opening(card, shop, **at_desk))
    assert isinstance(opened, CardOpened)
    assert isinstance(await spend(county, redemption(county, opened.code, shop)), Redeemed)
    [figures] = await inquire(county, find_operator_figures, AskFigures(county.clock()))
    assert (figures.operator_id, figures.uses, figures.used_fen) == (OPERATOR, 1, 5_000)
    codes = [message.code for message in await inquire(county, inbox, Inbox(recipient_id=at.person))]
    assert codes.count("paper-card-used") == 1
    assert await faults(county) == []


async def test_many_guesses_at_once_are_five(county: County) -> None:
    card, _, _, shop = await carded(county)
    outcomes = await asyncio.gather(*(open_card(county, opening(card, shop, pin=WRONG)) for _ in range(12)))
    assert sorted(reason_of(one)[0] for one in outcomes) == ["card-locked"] * 8 + ["card-pin-wrong"] * 4
    assert reason_of(await open_card(county, opening(card, shop)))[0] == "card-locked"


async def test_each_other_no_is_told_and_costs_no_try(county: County, clock: HandClock) -> None:
    card, person, _, shop = await carded(county)
    forged = card.code[:-2] + ("00" if card.code[-2:] != "00" else "11")
    assert isinstance((await open_card(county, opening(card, shop, card=forged))), Refused)
    assert reason_of(await open_card(county, opening(card, shop, card="XV1:ABC")))[0] == CardReason.NOT_A_CARD
    other = opening(card, shop, voucher_id=new_id())
    assert reason_of(await open_card(county, other))[0] == "card-no-voucher"
    small = opening(card, shop, bill=Bill(bill_fen=100, eligible_fen=100))
    assert reason_of(await open_card(county, small))[0] == "card-no-voucher"
    await transact(county, freeze, Freeze(resident_id=person, why="核查", actor=CLERK))
    assert reason_of(await open_card(county, opening(card, shop)))[0] == "card-holder-frozen"
    calling = RevokeCard(revocation_id=new_id(), card_id=card.card_id, lost=True, words="来电", actor=CLERK)
    assert isinstance(await transact(county, revoke_card, calling), CardEnded)
    assert reason_of(await open_card(county, opening(card, shop)))[0] == "card-ended"
    clock.forward(days=365)
    assert reason_of(await open_card(county, opening(card, shop)))[0] == CardReason.EXPIRED


async def test_a_card_that_the_county_does_not_know_looks_like_a_wrong_pin(county: County) -> None:
    card, _, _, shop = await carded(county)

    async def forget(tx: Transaction, _command: None, *, now: Instant) -> None:
        await tx.execute(delete(cards))

    await transact(county, forget, None)
    unknown = await open_card(county, opening(card, shop))
    assert unknown == WrongPin(4)


async def test_a_cards_day_ends_at_a_hundred_yuan(county: County, clock: HandClock) -> None:
    card, _, _, shop = await carded(county)
    used = NoteUse(
        use_id=new_id(),
        card_id=card.card_id,
        voucher_id=new_id(),
        operator_id=None,
        merchant_id=shop,
        amount_fen=5_001,
        at=clock.at,
    )
    assert await transact(county, note_use, used)
    assert reason_of(await open_card(county, opening(card, shop)))[0] == "card-day-limit"
    clock.forward(days=1)
    assert isinstance(await open_card(county, opening(card, shop)), CardOpened)


def test_a_days_hundred_yuan_counts_each_voucher_once() -> None:
    def gives(number: int, fen: int) -> Fitting:
        ends = HandClock().at + timedelta(days=1)
        return Fitting(
            voucher_id=UUID(int=number), name_zh="券", name_en="v", discount_fen=fen, face_fen=fen, expires_at=ends
        )

    used = {UUID(int=1): 6_000, UUID(int=2): 3_000}
    assert within_the_day(used, gives(3, 1_000))
    assert not within_the_day(used, gives(3, 1_001))
    assert within_the_day(used, gives(1, 7_000))
    assert not within_the_day(used, gives(1, 7_001))
    assert within_the_day({}, gives(1, 10_000))


def test_pins_that_everybody_tries_first_are_easy() -> None:
    for pin in ("000000", "121212", "123456", "654321", "280280", "012345"):
        assert is_easy_pin(pin), pin
    assert is_easy_pin("491231", "11010519491231002X")
    for pin in ("280519", "907153", "491231"):
        assert not is_easy_pin(pin), pin
