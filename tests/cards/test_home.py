"""At its home device a card is known, read by nobody without it, and judged by the county's own records."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.cards import store
from backend.cards.end_card import CardEnded, RevokeCard, revoke_card
from backend.cards.find_cards import AskFigures, find_operator_figures
from backend.cards.issue_card import CardIssued
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.freeze import Freeze, freeze
from backend.kernel.cards import card_hash
from backend.kernel.ids import new_id
from backend.kernel.instants import business_day, day_starts
from backend.kernel.signing import SigningKey
from backend.notifications.demonstration_box import LookIntoBox, look_into_box
from backend.notifications.inbox import Inbox, inbox
from backend.stations.open_shift import ShiftOpened, open_shift
from backend.stations.rules import ProofKind
from backend.sync.body_rules import CardProof, Check, Mode, Redeem
from backend.sync.card_row_rules import CARDS, CardRow, RowVoucher, open_row, row_key, seal_row
from backend.sync.device_rules import DeviceKind
from backend.sync.find_collections import FindCollections, find_collections
from backend.vouchers.assist import assisted_claim
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.rules import Limit
from tests.cards.card_makers import FAMILY, AtStation, issued
from tests.databases import HandClock
from tests.stations.station_makers import CLERK, OPERATOR, appointed, opening, shift_opening, with_station
from tests.sync.device_makers import active_device, policy_in_force, seen, with_merchant
from tests.sync.pushing import Counter, redeeming, told
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.counters import phone, voucher
from tests.vouchers.pools import sized
from tests.vouchers.test_papers import NUMBER, elder, helping


class World(Struct, frozen=True):
    """A station that is a shop, its tablet, and an elder with a card and a voucher."""

    at: AtStation
    tablet: Counter
    card: CardIssued
    voucher: UUID
    round_id: UUID


async def world(county: County) -> World:
    shop = await with_merchant(county)
    station_id = await with_station(county, replace(opening(), merchant_id=shop))
    await appointed(county, station_id)
    shift = await transact(county, open_shift, shift_opening())
    assert isinstance(shift, ShiftOpened)
    campaign_id = UUID(int=0xCA)
    [round_id] = await running_campaign(county, campaign_id=campaign_id, pieces=4, cap_pieces=10)
    await sized(county, campaign_id, 20_000)
    home = await active_device(county, None, kind=DeviceKind.STATION, station_id=station_id)
    await policy_in_force(county)
    person = await elder(county)
    at = AtStation(station_id, shift.shift_id, home, person)
    claimed = await transact(
        county, assisted_claim, helping(round_id, person, at.shift, ProofKind.IDENTITY_CARD, NUMBER)
    )
    assert isinstance(claimed, Claimed), claimed
    card = await issued(county, at, family_phone=FAMILY)
    tablet = Counter(
        county=county,
        device_id=home,
        key=SigningKey.from_scalar((100).to_bytes(32, "big")),
        operator=OPERATOR,
        journal=[],
    )
    await tablet.sync()
    return World(at, tablet, card, claimed.voucher_id, round_id)


async def kept(county: County, device_id: UUID) -> Mapping[str, Any]:
    """What the tablet keeps of cards."""
    asked = FindCollections(await seen(county, device_id), county.clock())
    return (await inquire(county, find_collections, asked))[CARDS]


def by_card(here: World, *, code: str = "", voucher: UUID | None = None, fen: int = 5_000) -> Redeem:
    """The voucher taken by the card, after a look at the person."""
    hashed = card_hash(code or here.card.code)
    plain = redeeming(
        voucher or here.voucher, CardProof(here.card.card_id, hashed, Check.DIGITS), fen, 20_000, OPERATOR
    )
    return replace(plain, mode=Mode.PAPER)


async def test_the_tablet_keeps_rows_that_only_the_card_opens(county: County, clock: HandClock) -> None:
    here = await world(county)
    rows = await kept(county, here.at.home)
    assert list(rows) == [row_key(here.card.code)]
    [row] = rows.values()
    inside = open_row(here.card.code, row["sealed"])
    assert inside is not None
    assert (inside.person, inside.digits) == (here.at.person, NUMBER[-4:])
    assert [(one.voucher, one.face_fen, one.domain) for one in inside.vouchers] == [(here.voucher, 5_000, 1)]
    told_all = json.dumps(rows)
    for secret in (NUMBER[-4:], str(here.voucher), str(here.at.person), str(here.card.card_id)):
        assert secret not in told_all
    assert rows == await kept(county, here.at.home), "the same rows are the same bytes"
    other = seal_row(here.card.code, CardRow(person=here.at.person, digits="1234", vouchers=()))
    another_card = await issued(county, here.at)
    assert open_row(another_card.code, other) is None
    assert list(await kept(county, here.at.home)) == [row_key(another_card.code)]


async def test_what_ended_ran_out_or_may_not_be_used_is_not_kept(county: County, clock: HandClock) -> None:
    here = await world(county)
    frozen = Freeze(resident_id=here.at.person, why="核查", actor=CLERK)
    await transact(county, freeze, frozen)
    assert await kept(county, here.at.home) == {}


async def test_a_claim_by_card_is_paid_and_told_to_owner_and_family(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(hours=1)
    here.tablet.add(by_card(here))
    assert told(await here.tablet.sync()) == {1: ("applied", None)}
    assert await faults(county) == []
    codes = [message.code for message in await inquire(county, inbox, Inbox(recipient_id=here.at.person))]
    assert codes.count("paper-card-used") == 1
    boxed = await inquire(county, look_into_box, LookIntoBox(FAMILY))
    assert sorted(sms.code for sms in boxed or []) == ["paper-card-issued", "paper-card-used"]
    await here.tablet.send_again([1])
    [figures] = await inquire(county, find_operator_figures, AskFigures(clock()))
    assert (figures.operator_id, figures.uses, figures.used_fen, figures.people) == (OPERATOR, 1, 5_000, 1)
    inside = open_row(here.card.code, (await kept(county, here.at.home))[row_key(here.card.code)]["sealed"])
    assert inside is not None
    assert inside.vouchers == []


async def test_a_card_that_was_called_back_binds_what_the_tablet_took_after_it_was_told(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(hours=1)
    calling = RevokeCard(revocation_id=new_id(), card_id=here.card.card_id, lost=True, words="来电", actor=CLERK)
    assert isinstance(await transact(county, revoke_card, calling), CardEnded)
    clock.forward(minutes=1)
    await here.tablet.sync()
    here.tablet.add(by_card(here))
    assert told(await here.tablet.sync()) == {1: ("noncompliant", "card-not-valid")}


async def test_what_it_took_before_it_could_know_is_paid(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(hours=1)
    calling = RevokeCard(revocation_id=new_id(), card_id=here.card.card_id, lost=True, words="来电", actor=CLERK)
    assert isinstance(await transact(county, revoke_card, calling), CardEnded)
    clock.forward(minutes=1)
    here.tablet.add(by_card(here))
    assert told(await here.tablet.sync()) == {1: ("applied", None)}


async def test_another_tablet_and_somebody_elses_voucher_are_no_use_of_the_card(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(hours=1)
    second = await active_device(county, None, number=5, kind=DeviceKind.STATION, station_id=here.at.station)
    key = SigningKey.from_scalar((105).to_bytes(32, "big"))
    other = Counter(county=county, device_id=second, key=key, operator=OPERATOR, journal=[])
    await other.sync()
    assert await kept(county, second) == {}
    clock.forward(minutes=1)
    other.add(by_card(here))
    assert told(await other.sync()) == {1: ("noncompliant", "card-not-at-home")}
    here.tablet.add(by_card(here, voucher=new_id()))
    assert told(await here.tablet.sync()) == {1: ("noncompliant", "voucher-not-theirs")}
    codes = [message.code for message in await inquire(county, inbox, Inbox(recipient_id=here.at.person))]
    assert codes.count("paper-card-used") == 0, "what another tablet, or of another's voucher, is said is not believed"


async def uses(county: County, card_id: UUID) -> dict[UUID, int]:
    """What counts for the card's day, in fen by voucher."""

    async def asked(tx: Transaction, _asked: None) -> dict[UUID, int]:
        return await store.used_since(tx, card_id, day_starts(business_day(county.clock())))

    return await inquire(county, asked, None)


async def test_two_uses_that_come_home_together_are_one_message(county: County, clock: HandClock) -> None:
    here = await world(county)
    [round_id] = await running_campaign(county, campaign_id=UUID(int=0xCB), limits=(Limit(rule_id=new_id()),))
    claiming = helping(round_id, here.at.person, here.at.shift, ProofKind.IDENTITY_CARD, NUMBER)
    claimed = await transact(county, assisted_claim, claiming)
    assert isinstance(claimed, Claimed), claimed
    clock.forward(hours=1)
    here.tablet.add(by_card(here, fen=3_000))
    here.tablet.add(by_card(here, fen=4_000, voucher=claimed.voucher_id))
    await here.tablet.sync()
    assert await uses(county, here.card.card_id) == {here.voucher: 3_000, claimed.voucher_id: 4_000}
    boxed = await inquire(county, look_into_box, LookIntoBox(FAMILY))
    assert [sms.code for sms in boxed or []].count("paper-card-used") == 1


async def test_a_stolen_tablet_neither_floods_a_family_nor_blocks_the_card(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(hours=1)
    somebody = await phone(county, 7)
    theirs = await voucher(county, here.round_id, somebody)
    unseen = CardProof(here.card.card_id, bytes(32), Check.PHOTO)
    for fen in range(900_000, 900_020):
        here.tablet.add(by_card(here, fen=fen, voucher=new_id()))
        here.tablet.add(by_card(here, fen=fen, voucher=theirs))
        here.tablet.add(replace(by_card(here, fen=fen), proof=unseen))
    await here.tablet.sync()
    assert await uses(county, here.card.card_id) == {}, "of another card, or of nobody's and somebody else's voucher"
    for fen in range(900_000, 900_020):
        here.tablet.add(by_card(here, fen=fen))
    await here.tablet.sync()
    for fen in range(3):
        here.tablet.add(by_card(here, fen=fen))
        await here.tablet.sync()
    assert await uses(county, here.card.card_id) == {here.voucher: 5_000}, "no more than the voucher's face"
    boxed = await inquire(county, look_into_box, LookIntoBox(FAMILY))
    [message] = [sms for sms in boxed or [] if sms.code == "paper-card-used"]
    assert "50.00" in str(message)
    assert await faults(county) == []


CARD = (
    "XP1:NWGSLKC 42J88QM+6B+AHI7BF96700Z2Q65A IJIFJM20%200000000001T0AMDK4OEF3WBKYAK$Y9490 IJ00077E88G000"
    "000300FD0588UWI.J4T3MO0EN59RHUT:RHYA4OJ6XL6NKK 8+MKQCQ$AFH01A67Y23VMMTOIF:H4TJLCOEDANCDG:A4$N649C.29J0K 2*1"
)
SEALED = (
    "ue/2Hz/1tNoWRZsRC7sAZAnzS78ticWo3Xp8yYQDP93dqsWxQONSa9aiivu7xcJUjG2CUQwLpMCKaGsjeEuPpHSvxMjpoE4gWue/Sk6DD+6vW+"
    "5jcaH7ldW3lkK/Xr+/adv8cyIQild0fuT3TFu460HA6vMFgo77KL7lzveEF2hBbfo3rbL/93+o5m14nQU4x2L7SgB7+DZpfiUX2mYP3jiv/CXJ"
    "oeQMNidDE77UjAXIiMwUR+s93HNWHpMSf5oNA+8QzqOMdH0U02/CpBsxd6J7Eb7wcjMbdTOngtAzUsZxVz1ZjaetXselVpBtVSTw/TEKp9F5Mj"
    "fT5psIWHCfvQR2K6Ax"
)
"""The same as in ``pwa/tests/cards.test.ts``: what one side seals the other opens."""


def test_a_row_is_the_same_bytes_wherever_it_is_sealed() -> None:
    row = CardRow(
        person=UUID(int=8),
        digits="002X",
        vouchers=[
            RowVoucher(
                voucher=UUID(int=7),
                campaign=3,
                terms_version=2,
                domain=1,
                face_fen=5_000,
                use_from=1_795_000_000,
                expires_at=1_796_000_000,
            )
        ],
    )
    assert row_key(CARD) == "250a98eab382f2bc11114ebdc919ae135e3b4db7b6c69865961a70d203340520"
    assert (seal_row(CARD, row), open_row(CARD, SEALED)) == (SEALED, row)
    assert open_row(CARD, SEALED.replace("ue/", "ueB")) is None
