"""What waits for a person is decided once, paid or not, told to its device, and moves nothing else."""

from typing import Any
from uuid import UUID

from msgspec import structs

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.sync.answer_rules import ResultCode
from backend.sync.body_rules import ClockJump, Cmd, HolderProof, Shift, ShiftAct, Void
from backend.sync.decide_event import DecideEvent, decide_event
from backend.sync.event_rules import EventReason
from backend.sync.find_conflicts import AskEvent, FindConflicts, find_conflicts, find_event
from backend.sync.find_devices import FindDevices, find_devices
from backend.sync.log_rules import Judged, Stored
from backend.sync.review_rules import ConflictKind, ReviewReason, decide_review
from backend.sync.settle_reviewed import Reviewed
from backend.sync.store import events, reviews
from tests.databases import HandClock
from tests.protocols.known_keys import AT
from tests.sync.journals import claim
from tests.sync.pushing import Counter, proof, redeeming, token_of, told
from tests.sync.test_push import World, world
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import Phone
from tests.vouchers.pools import places, sized

REVIEWER = Actor(kind=ActorKind.STAFF, id=UUID(int=0x4EE), role="reviewer")
UNKNOWN = b"\x07" * 32


def deciding(counter: Counter, seq: int, **changed: Any) -> DecideEvent:
    """Accept it."""
    given: dict[str, Any] = {
        "actor": REVIEWER,
        "decision_id": new_id(),
        "device_id": counter.device_id,
        "seq": seq,
        "accept": True,
        "reason": "已核对小票，商户确实收了这张券",
    }
    return DecideEvent(**(given | changed))


async def of_unknown_token(county: County, counter: Counter, of: Phone, voucher_id: UUID, count: int = 1) -> int:
    """A claim by a token that the county does not remember: an honest device may have one after a restore."""
    real = proof(of, await token_of(county, of, voucher_id), county.clock(), count)
    shown = HolderProof(UNKNOWN, real.time, real.counter, real.signature, None)
    return counter.add(redeeming(voucher_id, shown, 5_000, 20_000, counter.operator))


async def waiting(county: County, clock: HandClock, **changed: Any) -> World:
    """A counter's first event waits for a person."""
    here = await world(county, **changed)
    clock.forward(minutes=5)
    await of_unknown_token(county, here.counter, here.phones[0], here.vouchers[0])
    assert told(await here.counter.sync()) == {1: ("needs_review", "token-unknown")}
    return here


async def test_what_is_accepted_is_paid_from_the_vouchers_own_money_and_its_device_is_told(
    county: County, clock: HandClock
) -> None:
    here = await waiting(county, clock)
    command = deciding(here.counter, 1)
    done = await transact(county, decide_event, command)
    assert isinstance(done, Reviewed)
    assert (done.code, done.paid_fen, done.cover_fen, done.debt_fen) == (ResultCode.APPLIED, 5_000, 0, 0)
    again = await transact(county, decide_event, command)
    assert again == structs.replace(done, again=True)
    assert isinstance(await transact(county, decide_event, structs.replace(command, reason="别的")), IdReused)
    assert told(await here.counter.sync()) == {1: ("applied", None)}, "an empty push tells what was decided since"
    assert await faults(county) == []
    [entry] = await inquire(county, find, Find(act="sync.decide-event"))
    assert (entry.actor.id, entry.from_state, entry.to_state) == (REVIEWER.id, "needs_review", "applied")


async def test_a_further_use_that_is_accepted_is_paid_from_the_pool_and_not_from_what_the_device_holds(
    county: County, clock: HandClock
) -> None:
    here = await waiting(county, clock)
    clock.forward(minutes=1)
    await here.other.take(here.phones[0], here.vouchers[0], count=2)
    assert told(await here.other.sync()) == {1: ("applied", None)}
    await sized(county, here.campaign_id, 30_000)
    before = await places(county, here.campaign_id)
    done = await transact(county, decide_event, deciding(here.counter, 1))
    assert isinstance(done, Reviewed)
    # By its own time it came first, so the other one is the further use now; who came last is covered.
    assert (done.code, done.paid_fen, done.cover_fen) == (ResultCode.APPLIED, 5_000, 5_000)
    after = await places(county, here.campaign_id)
    assert after[3] - before[3] == 5_000, "spent"
    assert after[2] == before[2], "what devices hold is as it was"
    assert told(await here.other.send_again([1])) == {1: ("conflict_paid", None)}
    assert await faults(county) == []


async def test_without_money_in_the_pool_nothing_moves_and_the_claim_waits_on(county: County, clock: HandClock) -> None:
    here = await waiting(county, clock)
    await here.other.take(here.phones[0], here.vouchers[0], count=2)
    await here.other.sync()
    # The voucher's own money is used, and both devices hold all of the pool.
    assert await transact(county, decide_event, deciding(here.counter, 1)) == Refused(ReviewReason.POOL_TOO_SMALL)
    found = await inquire(county, find_event, AskEvent(here.counter.device_id, 1))
    assert found is not None
    assert (found.decidable, found.accept_no, found.decision) == (True, None, None)
    assert await faults(county) == []


async def test_what_is_rejected_is_told_and_pays_nobody(county: County, clock: HandClock) -> None:
    here = await waiting(county, clock)
    done = await transact(county, decide_event, deciding(here.counter, 1, accept=False, reason="小票对不上"))
    assert isinstance(done, Reviewed)
    assert (done.code, done.paid_fen) == (ResultCode.NONCOMPLIANT, 0)
    assert told(await here.counter.sync()) == {1: ("noncompliant", "rejected-by-office")}
    twice = await transact(county, decide_event, deciding(here.counter, 1))
    assert twice == Refused(ReviewReason.NOT_WAITING)
    clock.forward(days=15)
    here.counter.add(Shift(ShiftAct.OPEN, new_id(), here.counter.operator))
    assert set(told(await here.counter.sync())) == {2}, "it was told for two weeks"
    assert await faults(county) == []


async def test_what_its_device_took_back_can_only_be_rejected(county: County, clock: HandClock) -> None:
    here = await waiting(county, clock)
    here.counter.take_back(1)
    await here.counter.sync()
    assert await transact(county, decide_event, deciding(here.counter, 1)) == Refused(ReviewReason.TAKEN_BACK)
    found = await inquire(county, find_event, AskEvent(here.counter.device_id, 1))
    assert found is not None
    assert found.accept_no is ReviewReason.TAKEN_BACK
    assert isinstance(await transact(county, decide_event, deciding(here.counter, 1, accept=False)), Reviewed)


async def test_what_is_on_the_books_already_is_not_settled_twice(county: County, clock: HandClock) -> None:
    here = await waiting(county, clock)
    [stored] = await inquire(county, near, (here.counter.device_id, 1))
    other = UUID(int=0xE7E)
    await transact(county, decide_event, deciding(here.counter, 1, decision_id=other))
    await transact(county, back_to_waiting, (here.counter.device_id, stored))
    assert await transact(county, decide_event, deciding(here.counter, 1)) == Refused(ReviewReason.BOOKED)
    assert await faults(county) == []


async def near(tx: Transaction, asked: tuple[UUID, int]) -> list[Stored]:
    """One event of a device."""
    return await reviews.near(tx, asked[0], asked[1], asked[1])


async def back_to_waiting(tx: Transaction, asked: tuple[UUID, Stored], *, now: Instant) -> None:
    """As if nobody had decided, although its claim was booked."""
    del now
    await events.judge(tx, asked[0], {asked[1].seq: asked[1].judged})


async def test_only_claims_that_wait_are_decided(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.sync()
    assert await transact(county, decide_event, deciding(here.counter, 1)) == Refused(ReviewReason.NOT_WAITING)
    assert await transact(county, decide_event, deciding(here.counter, 2)) == Refused(ReviewReason.NO_SUCH_EVENT)
    nobody = deciding(here.counter, 1, device_id=new_id())
    assert await transact(county, decide_event, nobody) == Refused(ReviewReason.NO_SUCH_EVENT)


async def test_a_campaign_without_a_pool_pays_nothing_by_decision(county: County, clock: HandClock) -> None:
    here = await waiting(county, clock, pool=0)
    assert await transact(county, decide_event, deciding(here.counter, 1)) == Refused(ReviewReason.NO_POOL)
    assert await faults(county) == []


def test_what_is_no_claim_or_nobodys_is_not_accepted() -> None:
    waits = Judged(ResultCode.NEEDS_REVIEW, "command-unknown")
    mine = {"taken_back": False, "has_merchant": False}
    shift, cmd = Shift(ShiftAct.OPEN, UUID(int=1), UUID(int=2)), Cmd(UUID(int=1), "claim", b"", (), None)
    for act in (Void(1, "扫错"), shift, cmd, Refused(EventReason.KIND_UNKNOWN)):
        assert decide_review(waits, act, accept=False, **mine) is None
        assert decide_review(waits, act, accept=True, **mine) == Refused(ReviewReason.NO_CLAIM)
    body = claim(1, at=AT)
    assert decide_review(waits, body, accept=True, **mine) == Refused(ReviewReason.WITHOUT_MERCHANT)
    assert decide_review(waits, body, accept=False, **mine) is None


async def test_what_a_newer_program_wrote_can_be_put_aside_by_whoever_saw_to_it(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    at = clock()
    here.counter.add(ClockJump(at, at, at), kind="WEIGH")
    [(code, reason)] = told(await here.counter.sync()).values()
    assert code == "needs_review"
    found = await inquire(county, find_event, AskEvent(here.counter.device_id, 1))
    assert found is not None
    assert (found.decidable, found.accept_no) == (True, ReviewReason.NO_CLAIM)
    assert await transact(county, decide_event, deciding(here.counter, 1)) == Refused(ReviewReason.NO_CLAIM)
    done = await transact(county, decide_event, deciding(here.counter, 1, accept=False, reason=f"已联系店家：{reason}"))
    assert isinstance(done, Reviewed)
    assert told(await here.counter.sync()) == {1: ("noncompliant", "rejected-by-office")}
    assert await inquire(county, find_conflicts, FindConflicts(kind=ConflictKind.REVIEW)) == []


async def test_the_desk_lists_what_needs_eyes_page_by_page_and_by_kind(county: County, clock: HandClock) -> None:
    here = await waiting(county, clock)
    copy = here.other.copied()
    await here.other.take(here.phones[0], here.vouchers[0], count=2)
    await here.other.sync()
    clock.forward(minutes=1)
    await copy.take(here.phones[1], here.vouchers[1])
    await copy.sync()
    clock.forward(minutes=1)
    here.counter.journal.append(b"\xff" * 30)
    await here.counter.send([2])
    every = await inquire(county, find_conflicts, FindConflicts())
    kinds = [one.listed.kind for one in every]
    assert kinds == [ConflictKind.UNREADABLE, ConflictKind.FORK, ConflictKind.REVIEW]
    assert [one.told is None for one in every] == [True, False, False]
    second = await inquire(county, find_conflicts, FindConflicts(before=every[0].listed.place, most=1))
    assert second == every[1:2]
    mine = await inquire(county, find_conflicts, FindConflicts(device_id=here.other.device_id))
    assert [one.listed.kind for one in mine] == [ConflictKind.FORK]
    assert await inquire(county, find_conflicts, FindConflicts(kind=ConflictKind.DECIDED)) == []
    await transact(county, decide_event, deciding(here.counter, 1, accept=False))
    [decided] = await inquire(county, find_conflicts, FindConflicts(kind=ConflictKind.DECIDED))
    assert (decided.listed.place.seq, decided.listed.reason) == (1, "rejected-by-office")
    logs = {one.device.id: one.log for one in await inquire(county, find_devices, FindDevices())}
    assert (logs[here.counter.device_id].quarantined_bytes, logs[here.counter.device_id].to_review) == (30, 0)
    assert (logs[here.other.device_id].forks, logs[here.other.device_id].events) == (1, 1)


async def test_both_claims_on_a_voucher_stand_beside_each_other(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    clock.forward(minutes=5)
    await here.other.take(here.phones[0], here.vouchers[0], count=2)
    await here.counter.sync()
    await here.other.sync()
    found = await inquire(county, find_event, AskEvent(here.other.device_id, 1))
    assert found is not None
    assert found.voucher is not None
    assert [(one.here, one.device.device.id, str(one.stored.judged.code)) for one in found.claims] == [
        (True, here.other.device_id, "conflict_paid"),
        (False, here.counter.device_id, "applied"),
    ]
    assert [one.operator for one in found.claims] == ["店员", "店员"]
    assert (found.claims[0].debt_fen, found.voucher.holder_owes_fen) == (5_000, 5_000)
    assert [stored.seq for stored, _ in found.near] == [1]
    assert (found.decidable, found.decision) == (False, None)
