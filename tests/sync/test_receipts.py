"""A counter's receipt comes home in a customer's pocket: kept once, decided once, and one claim with its event."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.receipts import Receipt, issue_receipt
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey
from backend.outbox.rules import IdReused
from backend.sync.body_rules import Redeem
from backend.sync.bring_receipt import BringReceipt, ReceiptBrought, bring_receipt
from backend.sync.decide_receipt import DecideReceipt, decide_receipt
from backend.sync.event_rules import SignedEvent, body_of, read_event
from backend.sync.find_conflicts import FindConflicts, find_conflicts
from backend.sync.find_devices import FindDevices, find_devices
from backend.sync.receipt_rules import ReceiptReviewReason, ReceiptState
from backend.sync.review_rules import ConflictKind
from backend.sync.settle_reviewed import Reviewed
from backend.vouchers.rules import RedemptionReason
from tests.databases import HandClock
from tests.identity.sessions import staff_cookie
from tests.sync.pushing import Counter, told
from tests.sync.test_device_routes import OFFICE, Http, told_of
from tests.sync.test_push import World, world
from tests.vouchers.campaigns import faults
from tests.vouchers.pools import sized
from tests.web.client import serving

REVIEWER = Actor(kind=ActorKind.STAFF, id=UUID(int=0x4EE), role="reviewer")
STRANGER = SigningKey.from_scalar((999).to_bytes(32, "big"))


def receipt_of(counter: Counter, nth: int, /, *, key: SigningKey | None = None, **changed: Any) -> str:
    """What the counter's screen shows after it took a voucher."""
    signed = read_event(counter.journal[nth - 1])
    assert isinstance(signed, SignedEvent)
    body = body_of(signed.event)
    assert isinstance(body, Redeem)
    receipt = Receipt(
        county=counter.county.code,
        device=counter.device_id,
        seq=nth,
        event_hash=signed.hash,
        voucher=body.voucher,
        amount_fen=body.amount_fen,
        time=signed.event.t_dev,
    )
    return issue_receipt(structs.replace(receipt, **changed), device=key or counter.key)


async def bring(county: County, text: str) -> ReceiptBrought:
    """The customer's phone found a network."""
    outcome = await transact(county, bring_receipt, BringReceipt(text))
    assert isinstance(outcome, ReceiptBrought), outcome
    return outcome


def deciding(receipt_id: UUID, **changed: Any) -> DecideReceipt:
    """Accept it."""
    given: dict[str, Any] = {
        "actor": REVIEWER,
        "decision_id": new_id(),
        "receipt_id": receipt_id,
        "accept": True,
        "bill_fen": 20_000,
        "reason": "平板遗失，店里的小票是200元",
    }
    return DecideReceipt(**(given | changed))


async def lost_tablet(county: County, clock: HandClock) -> tuple[World, str]:
    """A tablet took a voucher and was lost before it sent anything; the receipt is in the customer's phone."""
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    text = receipt_of(here.counter, 1)
    await here.counter.suspend()
    # The pool has something left beside what devices hold.
    await sized(county, here.campaign_id, 30_000)
    return here, text


async def listed(county: County) -> list[tuple[ConflictKind, int, int | None]]:
    """What the office looks at."""
    found = await inquire(county, find_conflicts, FindConflicts())
    return [(one.listed.kind, one.listed.place.seq, one.amount_fen) for one in found]


async def receipts_shown(county: County, device_id: UUID) -> int:
    """What the devices' desk says of it."""
    found = await inquire(county, find_devices, FindDevices())
    return next(one.receipts for one in found if one.device.id == device_id)


async def test_a_receipt_of_what_is_here_adds_nothing(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.sync()
    assert (await bring(county, receipt_of(here.counter, 1))).state is ReceiptState.ARRIVED
    assert await listed(county) == []
    assert await receipts_shown(county, here.counter.device_id) == 0


async def test_a_lost_tablets_receipt_is_seen_decided_and_paid_once(county: County, clock: HandClock) -> None:
    here, text = await lost_tablet(county, clock)
    brought = await bring(county, text)
    assert (brought.state, brought.held.amount_fen, brought.held.voucher_id) == (
        ReceiptState.WAITING,
        5_000,
        here.vouchers[0],
    )
    again = await bring(county, f" {text}\n")
    assert (again.state, again.held.receipt_id) == (ReceiptState.WAITING, brought.held.receipt_id)
    assert await listed(county) == [(ConflictKind.RECEIPT, 1, 5_000)]
    assert await receipts_shown(county, here.counter.device_id) == 1
    [device] = [
        one.device
        for one in await inquire(county, find_devices, FindDevices())
        if one.device.id == here.counter.device_id
    ]
    assert (device.unsynced, device.need_from) == (1, 1), "the office sees that one event is missing"
    command = deciding(brought.held.receipt_id)
    done = await transact(county, decide_receipt, command)
    assert isinstance(done, Reviewed), done
    assert (done.code.value, done.paid_fen, done.cover_fen, done.debt_fen) == ("applied", 5_000, 0, 0)
    assert await transact(county, decide_receipt, command) == structs.replace(done, again=True)
    assert isinstance(await transact(county, decide_receipt, structs.replace(command, reason="别的")), IdReused)
    late = await transact(county, decide_receipt, deciding(brought.held.receipt_id, accept=False))
    assert late == Refused(ReceiptReviewReason.DECIDED)
    assert (await bring(county, text)).state is ReceiptState.ACCEPTED
    assert await listed(county) == []
    assert await faults(county) == []
    [kept] = await inquire(county, find, Find(act="sync.bring-receipt"))
    [decided] = await inquire(county, find, Find(act="sync.decide-receipt"))
    assert (kept.subject_id, decided.actor.id) == (str(here.counter.device_id), REVIEWER.id)


@pytest.mark.parametrize("taken_back", [False, True])
async def test_a_device_that_comes_home_after_all_makes_no_second_claim(
    county: County, clock: HandClock, taken_back: bool
) -> None:
    here, text = await lost_tablet(county, clock)
    done = await transact(county, decide_receipt, deciding((await bring(county, text)).held.receipt_id))
    assert isinstance(done, Reviewed), done
    if taken_back:
        here.counter.take_back(1)
    answer = await here.counter.sync()
    if taken_back:
        assert told(answer) == {1: ("noncompliant", "voided"), 2: ("applied", None)}
    else:
        assert told(answer) == {1: ("applied", None)}
    assert (await bring(county, text)).state is ReceiptState.ARRIVED
    assert await faults(county) == []


async def test_what_the_rules_would_not_have_paid_stays_settled_as_a_person_decided(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(hours=80)
    # Longer without the county than any counter may be.
    await here.counter.take(here.phones[0], here.vouchers[0], token=None)
    text = receipt_of(here.counter, 1)
    await here.counter.suspend()
    await sized(county, here.campaign_id, 30_000)
    done = await transact(county, decide_receipt, deciding((await bring(county, text)).held.receipt_id))
    assert isinstance(done, Reviewed), done
    assert told(await here.counter.sync()) == {1: ("applied", None)}
    assert await faults(county) == []


async def test_an_event_that_came_first_is_decided_as_an_event(county: County, clock: HandClock) -> None:
    here, text = await lost_tablet(county, clock)
    brought = await bring(county, text)
    assert told(await here.counter.sync()) == {1: ("applied", None)}
    refused = await transact(county, decide_receipt, deciding(brought.held.receipt_id))
    assert refused == Refused(ReceiptReviewReason.EVENT_ARRIVED)
    assert await listed(county) == []
    assert await receipts_shown(county, here.counter.device_id) == 0


async def test_behind_a_gap_a_receipt_waits_with_its_event(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.take(here.phones[1], here.vouchers[1])
    await here.counter.send_again([2])
    assert (await bring(county, receipt_of(here.counter, 2))).state is ReceiptState.WAITING
    await here.counter.send_again([1])
    assert (await bring(county, receipt_of(here.counter, 2))).state is ReceiptState.ARRIVED


async def test_a_second_event_of_a_number_stops_the_device(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    copy = here.counter.copied()
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.sync()
    await copy.take(here.phones[1], here.vouchers[1])
    assert (await bring(county, receipt_of(copy, 1))).state is ReceiptState.WAITING
    found = await inquire(county, find_devices, FindDevices())
    states = {one.device.id: one.device.state.value for one in found}
    assert states[here.counter.device_id] == "suspended"
    assert (await listed(county)) == [(ConflictKind.RECEIPT, 1, 5_000)]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda text: text[:-4], "receipt-unreadable"),
        (lambda _: "XV1:ABC", "not-a-receipt"),
        (lambda text: f"XR2{text[3:]}", "receipt-version-unsupported"),
    ],
)
async def test_what_is_no_receipt_is_told_and_nothing_is_kept(
    county: County, clock: HandClock, spoil: Any, reason: str
) -> None:
    here, text = await lost_tablet(county, clock)
    outcome = await transact(county, bring_receipt, BringReceipt(spoil(text)))
    assert isinstance(outcome, Refused)
    assert outcome.reason.value == reason
    assert await receipts_shown(county, here.counter.device_id) == 0


async def test_a_forged_receipt_and_one_of_elsewhere_are_told(county: County, clock: HandClock) -> None:
    here, _ = await lost_tablet(county, clock)
    for text, reason in (
        (receipt_of(here.counter, 1, key=STRANGER), "receipt-forged"),
        (receipt_of(here.counter, 1, device=new_id()), "receipt-device-unknown"),
        (receipt_of(here.counter, 1, county="110101"), "receipt-wrong-county"),
    ):
        outcome = await transact(county, bring_receipt, BringReceipt(text))
        assert isinstance(outcome, Refused)
        assert outcome.reason.value == reason
    assert await listed(county) == []


async def test_a_device_in_use_brings_its_events_itself(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    brought = await bring(county, receipt_of(here.counter, 1))
    refused = await transact(county, decide_receipt, deciding(brought.held.receipt_id))
    assert refused == Refused(ReceiptReviewReason.DEVICE_IN_USE)
    await here.counter.suspend()
    without = await transact(county, decide_receipt, deciding(brought.held.receipt_id, bill_fen=None))
    assert without == Refused(ReceiptReviewReason.NO_BILL)
    small = await transact(county, decide_receipt, deciding(brought.held.receipt_id, bill_fen=100))
    assert small == Refused(RedemptionReason.BILL_TOO_SMALL)
    # Devices hold all that the pool has, but the voucher's own money is enough.
    done = await transact(county, decide_receipt, deciding(brought.held.receipt_id))
    assert isinstance(done, Reviewed), done
    assert await transact(county, decide_receipt, deciding(new_id())) == Refused(ReceiptReviewReason.NO_SUCH_RECEIPT)
    assert await faults(county) == []


async def test_a_further_use_is_paid_from_the_pool_and_owed(county: County, clock: HandClock) -> None:
    here, text = await lost_tablet(county, clock)
    clock.forward(minutes=1)
    await here.other.take(here.phones[0], here.vouchers[0], count=2)
    assert told(await here.other.sync()) == {1: ("applied", None)}
    done = await transact(county, decide_receipt, deciding((await bring(county, text)).held.receipt_id))
    assert isinstance(done, Reviewed), done
    assert (done.code.value, done.paid_fen, done.cover_fen) == ("applied", 5_000, 5_000)
    assert told(await here.other.send_again([1])) == {1: ("conflict_paid", None)}
    assert await faults(county) == []


async def test_a_rejected_receipt_pays_nobody_and_its_event_still_counts(county: County, clock: HandClock) -> None:
    here, text = await lost_tablet(county, clock)
    receipt_id = (await bring(county, text)).held.receipt_id
    done = await transact(county, decide_receipt, deciding(receipt_id, accept=False, bill_fen=None))
    assert isinstance(done, Reviewed), done
    assert (done.code.value, done.paid_fen) == ("noncompliant", 0)
    assert (await bring(county, text)).state is ReceiptState.REJECTED
    assert told(await here.counter.sync()) == {1: ("applied", None)}
    assert (await bring(county, text)).state is ReceiptState.ARRIVED
    assert await faults(county) == []


@pytest.fixture
async def http(county: County) -> AsyncIterator[Http]:
    async with serving(county) as application:
        yield Http(application)


async def test_a_receipt_is_seen_on_the_desk_and_decided_there(county: County, clock: HandClock, http: Http) -> None:
    here, text = await lost_tablet(county, clock)
    await bring(county, text)
    auditor, reviewer = await staff_cookie(county, Role.AUDITOR), await staff_cookie(county, Role.REVIEWER)
    [line] = (await http(f"{OFFICE}/offline-conflicts?kind=receipt", cookie=auditor)).json()["items"]
    assert (line["kind"], line["seq"], line["amount_fen"]) == ("receipt", 1, 5_000)
    event = f"{OFFICE}/devices/{here.counter.device_id}/events/1"
    seen = (await http(event, cookie=auditor)).json()
    [receipt] = seen["receipts"]
    assert (receipt["state"], receipt["decidable"], receipt["amount_fen"]) == ("waiting", True, 5_000)
    assert (seen["decidable"], seen["event_kind"], seen["claims"]) == (False, None, [])
    path = f"{OFFICE}/offline-receipts/{receipt['receipt_id']}/decision"
    body = {"decision_id": str(new_id()), "accept": True, "reason": "小票相符"}
    assert told_of(await http(path, body, cookie=auditor)) == (403, "not-allowed")
    assert told_of(await http(path, body, cookie=reviewer)) == (409, "receipt-without-bill")
    first = await http(path, body | {"bill_fen": 20_000}, cookie=reviewer)
    assert (first.status_code, first.json()["paid_fen"]) == (201, 5_000)
    [receipt] = (await http(event, cookie=auditor)).json()["receipts"]
    assert (receipt["state"], receipt["bill_fen"], receipt["reason"]) == ("accepted", 20_000, "小票相符")
