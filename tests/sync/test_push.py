"""What counters accepted without a network comes home: once, judged, paid, whatever happened on the way."""

from datetime import timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import insert

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.invite_staff import AdmitStaff, admit_staff
from backend.kernel.actors import Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey
from backend.sync.answer_rules import Answer, ResultCode
from backend.sync.body_rules import Shift, ShiftAct
from backend.sync.device_rules import DeviceState
from backend.sync.event_tables import quarantine
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from backend.sync.push_rules import PushReason
from backend.sync.take_rules import MOST_QUARANTINED_BYTES, TakeReason
from backend.vouchers.redeem import redeem
from backend.vouchers.redeem_rules import Redeemed
from tests.databases import HandClock
from tests.merchants.merchant_makers import admission, admitted
from tests.sync.device_makers import active_device, policy_in_force, seen, with_merchant
from tests.sync.pushing import Counter, send, told
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.counters import Phone, phone, redemption, shown, voucher
from tests.vouchers.pools import places, sized

POOL = 20_000
LIMITS = OfflineLimits(
    merchant=EpisodeLimits(soft=timedelta(hours=12), hard=timedelta(hours=72), cap_fen=10_000, claims=40)
)
"""Two counters have half of the pool each."""


class World(Struct, frozen=True, kw_only=True):
    """A campaign with a pool, two shops with a counter each, and people with a voucher each."""

    campaign_id: UUID
    counter: Counter
    other: Counter
    phones: list[Phone]
    vouchers: list[UUID]


async def world(county: County, people: int = 2, *, pool: int = POOL, limits: OfflineLimits = LIMITS) -> World:
    """Everybody has been online once."""
    merchant_id = await with_merchant(county)
    second = (await admitted(county, admission(order=2))).merchant_id
    await at_work(county, merchant_id, 1)
    await at_work(county, second, 2)
    campaign_id = UUID(int=0xCA)
    [round_id] = await running_campaign(county, campaign_id=campaign_id, pieces=4, cap_pieces=10)
    if pool:
        await sized(county, campaign_id, pool)
    await policy_in_force(county, limits)
    phones = [await phone(county, number) for number in range(1, people + 1)]
    vouchers = [await voucher(county, round_id, one) for one in phones]
    return World(
        campaign_id=campaign_id,
        counter=await counter(county, merchant_id, 0, UUID(int=0x711)),
        other=await counter(county, second, 1, UUID(int=0x712)),
        phones=phones,
        vouchers=vouchers,
    )


async def at_work(county: County, merchant_id: UUID, number: int) -> None:
    """Somebody works at the shop."""
    command = AdmitStaff(
        id=UUID(int=0x710 + number),
        login=f"till-{number}",
        name="店员",
        phone=None,
        password_hash="none",
        totp_secret="NONE",
        roles=frozenset({Role.MERCHANT}),
        merchant_id=merchant_id,
    )
    await transact(county, admit_staff, command)


async def counter(county: County, merchant_id: UUID, number: int, operator: UUID) -> Counter:
    """A device that has asked the county once."""
    device_id = await active_device(county, merchant_id, number=number)
    key = SigningKey.from_scalar((100 + number).to_bytes(32, "big"))
    made = Counter(county=county, device_id=device_id, key=key, operator=operator, journal=[])
    await made.sync()
    return made


async def test_a_voucher_taken_without_a_network_is_paid_and_the_answer_says_so(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(hours=3)
    await here.counter.take(here.phones[0], here.vouchers[0])
    code = await shown(county, here.phones[0], here.vouchers[0], count=2)
    answer = await here.counter.sync()
    assert told(answer) == {1: ("applied", None)}
    assert (answer.ack_seq, answer.need_from, answer.durable_seq) == (1, None, 0)
    assert await faults(county) == []
    again = await transact(county, redeem, redemption(county, code, await here.counter.merchant()))
    assert isinstance(again, Refused)
    assert again.reason.value == "already-used"


async def test_a_lost_answer_costs_nothing(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    first = await here.counter.sync(lost=True)
    second = await here.counter.sync()
    assert told(first) == told(second) == {1: ("applied", None)}
    assert await faults(county) == []
    assert (await places(county, here.campaign_id))[3] == 0, "the voucher's own money paid"


async def test_a_question_is_told_what_the_newest_came_to_since_their_answer_may_have_been_lost(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    for one, voucher_id in zip(here.phones, here.vouchers, strict=True):
        await here.counter.take(one, voucher_id)
    await here.counter.sync(lost=True)
    question = await here.counter.send([])
    assert isinstance(question, Answer)
    assert (question.ack_seq, told(question)) == (2, {1: ("applied", None), 2: ("applied", None)})


async def test_two_shops_that_took_the_same_voucher_are_both_paid_and_the_pool_covers_the_second(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    clock.forward(minutes=5)
    await here.other.take(here.phones[0], here.vouchers[0], count=2)
    assert told(await here.other.sync()) == {1: ("applied", None)}
    assert told(await here.counter.sync()) == {1: ("applied", None)}
    # Whoever came first by its own time used the voucher, although it was heard last: the other one is told anew.
    assert told(await here.other.send_again([1])) == {1: ("conflict_paid", None)}
    assert (await places(county, here.campaign_id))[3] == 5_000
    assert await faults(county) == []


async def test_what_is_missing_holds_back_what_follows_and_no_other_counter(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.take(here.phones[1], here.vouchers[1])
    late = await here.counter.send_again([2])
    assert told(late) == {2: ("held_gap", None)}
    assert (late.ack_seq, late.need_from) == (0, 1)
    assert (await seen(county, here.counter.device_id)).unsynced == 2
    whole = await here.counter.send_again([1])
    assert told(whole) == {1: ("applied", None), 2: ("applied", None)}
    assert (whole.ack_seq, whole.need_from) == (2, None)
    assert await faults(county) == []


async def test_a_mistake_that_the_counter_took_back_gives_the_voucher_back(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    seq = await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.sync()
    here.counter.take_back(seq)
    assert told(await here.counter.sync()) == {2: ("applied", None)}
    assert told(await here.counter.send_again([1])) == {1: ("noncompliant", "voided")}
    code = await shown(county, here.phones[0], here.vouchers[0], count=2)
    merchant_id = await here.counter.merchant()
    assert isinstance(await transact(county, redeem, redemption(county, code, merchant_id)), Redeemed)
    assert await faults(county) == []


async def test_two_journals_of_one_device_are_both_kept_and_the_device_is_suspended(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    copy = here.counter.copied()
    await here.counter.take(here.phones[0], here.vouchers[0])
    await copy.take(here.phones[1], here.vouchers[1])
    await here.counter.sync()
    answer = await copy.sync()
    assert told(answer) == {1: ("needs_review", "event-forked")}
    assert (await seen(county, here.counter.device_id)).state is DeviceState.SUSPENDED
    entries = await inquire(county, find, Find(subject_kind="device", subject_id=str(here.counter.device_id)))
    assert entries[0].act == "sync.suspend-device"
    assert await faults(county) == []


async def test_a_second_journal_that_was_told_everything_is_here_is_asked_for_all_of_it(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    copy = here.counter.copied()
    await here.counter.take(here.phones[0], here.vouchers[0])
    here.counter.take_back(7)
    await copy.take(here.phones[1], here.vouchers[1])
    copy.take_back(9)
    await here.counter.sync()
    # The copy asks only, and hears of the same numbers.
    asked = await copy.send_again([])
    assert (asked.ack_seq, asked.need_from) == (2, 1)
    part = await copy.send_again([2])
    assert (part.ack_seq, part.need_from) == (2, 1), "the one before it is another one's"
    whole = await copy.send_again([1])
    assert told(part) | told(whole) == dict.fromkeys([1, 2], ("needs_review", "event-forked"))
    assert (whole.ack_seq, whole.need_from) == (2, None)
    assert told(await copy.send_again([1, 2])) == dict.fromkeys([1, 2], ("needs_review", "event-forked"))
    assert (await here.counter.send_again([])).need_from is None, "the first journal has nothing to add"
    assert await faults(county) == []


async def test_a_second_journal_whose_newest_event_was_taken_is_still_asked_for_the_rest(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    copy = here.counter.copied()
    await here.counter.take(here.phones[0], here.vouchers[0])
    await copy.take(here.phones[1], here.vouchers[1])
    copy.take_back(1)
    await here.counter.sync()
    assert told(await copy.send_again([2])) == {2: ("noncompliant", "nothing-to-void")}
    assert (await copy.send_again([])).need_from == 1
    assert (await here.counter.send_again([])).need_from is None
    assert (await copy.send_again([1, 2])).need_from is None
    assert await faults(county) == []


async def test_a_second_journal_makes_what_is_not_settled_wait_and_what_it_took_back_stays_taken_back(
    county: County, clock: HandClock
) -> None:
    here = await world(county, people=3)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.sync()
    copy = here.counter.copied()
    await here.counter.take(here.phones[1], here.vouchers[1])
    assert told(await here.counter.sync()) == {2: ("applied", None)}
    copy.take_back(1)
    assert told(await copy.send_again([2])) == {2: ("needs_review", "event-forked")}
    # The copy's mistake was one in the shared part; what the first journal had from the fork on stays settled.
    told_now = told(await here.counter.send_again([1, 2]))
    assert told_now == {1: ("noncompliant", "voided"), 2: ("applied", None)}
    assert await faults(county) == []
    # It had not heard of its suspension, and still nobody can say which of the two this is.
    await here.counter.take(here.phones[2], here.vouchers[2])
    assert told(await here.counter.send_again([3])) == {3: ("needs_review", "chain-forked")}
    # What it took back itself, of its own, is undone although a doubt lies on it; and the other one's is not.
    here.counter.take_back(2)
    assert told(await here.counter.send_again([4])) == {4: ("applied", None)}
    assert told(await here.counter.send_again([2])) == {2: ("noncompliant", "voided")}
    assert await faults(county) == []


async def test_what_a_second_journal_took_back_is_undone_once_the_rest_of_it_tells_what_that_was(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.sync()
    copy = here.counter.copied()
    await here.counter.take(here.phones[1], here.vouchers[1])
    copy.add(Shift(ShiftAct.OPEN, UUID(int=1), UUID(int=2)))
    copy.take_back(1)
    copy.take_back(2)
    await here.counter.sync()
    assert told(await copy.send_again([3, 4])) == dict.fromkeys([3, 4], ("noncompliant", "nothing-to-void"))
    assert told(await copy.send_again([2])) == {2: ("needs_review", "event-forked"), 3: ("applied", None)}
    assert told(await copy.send_again([3, 4])) == {3: ("applied", None), 4: ("noncompliant", "nothing-to-void")}
    assert told(await here.counter.send_again([1, 2])) == {1: ("noncompliant", "voided"), 2: ("applied", None)}
    assert await faults(county) == []


async def test_a_push_that_was_long_on_its_way_leaves_the_newest_head_that_was_told(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    old = here.counter.pushed([1])
    await here.counter.take(here.phones[1], here.vouchers[1])
    await here.counter.send_again([1, 2])
    await send(county, old)
    device = await seen(county, here.counter.device_id)
    assert (device.head_seq, device.head_hash, device.ack_seq) == (2, here.counter.head, 2)
    assert await faults(county) == []


async def test_a_push_of_nobody_we_know_or_under_another_key_stores_nothing(county: County) -> None:
    here = await world(county)
    stranger = SigningKey.from_scalar((9).to_bytes(32, "big"))
    refused = await here.counter.send([], key=stranger)
    assert refused == Refused(PushReason.FORGED)
    here.counter.device_id = UUID(int=0xDEAD)
    assert await here.counter.send([]) == Refused(PushReason.DEVICE_UNKNOWN)


async def test_a_claim_beyond_the_limits_is_told_why_and_its_merchant_is_not_paid(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(hours=73)
    await here.counter.take(here.phones[0], here.vouchers[0])
    assert told(await here.counter.sync()) == {1: ("noncompliant", "offline-too-long")}
    assert await faults(county) == []


async def test_a_suspended_device_is_heard_and_what_it_took_before_is_paid(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.suspend()
    clock.forward(minutes=5)
    answer = await here.counter.sync()
    assert told(answer) == {1: ("applied", None)}, "its word of the county was of before"
    await here.counter.take(here.phones[1], here.vouchers[1])
    assert told(await here.counter.sync()) == {2: ("noncompliant", "device-not-active")}
    assert await faults(county) == []


async def test_a_device_three_hours_wrong_uploads_everything(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0], at=clock() - timedelta(hours=3))
    answer = await here.counter.sync()
    assert answer.ack_seq == 1
    assert {result.code for result in answer.results} <= set(ResultCode)
    assert isinstance(answer, Answer)
    assert await faults(county) == []


async def test_what_nobody_can_read_is_kept_and_acknowledged_until_there_is_too_much_of_it(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.take(here.phones[1], here.vouchers[1])
    here.counter.journal[0] = b"\xff" * 300
    answer = await here.counter.sync()
    assert told(answer) == {1: ("needs_review", "event-unreadable"), 2: ("applied", None)}
    assert (answer.ack_seq, answer.need_from) == (2, None), "a broken event holds nobody up"
    assert told(await here.counter.send_again([1])) == {1: ("needs_review", "event-unreadable")}
    await fill_quarantine(county, here.counter.device_id)
    here.counter.journal[0] = b"\xfe" * 300
    assert await here.counter.send([1]) == Refused(TakeReason.QUARANTINE_FULL)
    assert (await here.counter.send_again([2])).ack_seq == 2
    assert await faults(county) == []


async def test_the_same_broken_bytes_under_two_numbers_and_again_after_others_are_each_kept_once(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    for phone_, voucher_id in zip(here.phones, here.vouchers, strict=True):
        await here.counter.take(phone_, voucher_id)
    good = list(here.counter.journal)
    here.counter.journal[:] = [b"\xff", b"\xff"]
    broken = {1: ("needs_review", "event-unreadable"), 2: ("needs_review", "event-unreadable")}
    assert told(await here.counter.send_again([1, 2])) == broken
    here.counter.journal[:] = [b"\xfe", b"\xfe"]
    assert told(await here.counter.send_again([1, 2])) == broken
    here.counter.journal[:] = [b"\xff", b"\xff"]
    assert told(await here.counter.send_again([1, 2])) == broken
    # What was accepted is not lost: it takes its place whenever it comes in good order.
    here.counter.journal[:] = good
    assert told(await here.counter.send_again([2])) == {2: ("applied", None)}
    assert told(await here.counter.send_again([1])) == {1: ("applied", None)}
    assert await faults(county) == []


async def fill_quarantine(county: County, device_id: UUID) -> None:
    """As if twenty megabytes of this device had come that nobody could read."""

    async def fill(tx: Transaction, _command: None, *, now: Instant) -> None:
        row: dict[str, object] = {
            "device_id": device_id,
            "seq": 9,
            "sha256": bytes(32),
            "size": MOST_QUARANTINED_BYTES - 100,
        }
        await tx.execute(
            insert(quarantine).values(row | {"data": b"", "reason": "event-unreadable", "recorded_at": now})
        )

    await transact(county, fill, None)
