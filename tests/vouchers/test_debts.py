"""A further use of a voucher is owed: said where and when, kept back from the next voucher, forgiven by two people."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, structs
from sqlalchemy import update

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.kernel.tokens import ONLINE_ONLY, read_token
from backend.outbox.rules import IdReused
from backend.vouchers.debt_views import ShownDebt
from backend.vouchers.events import VoucherClaimed
from backend.vouchers.find_debts import DebtsOf, shown_debts_of
from backend.vouchers.offline_rules import DebtState, share_set_off
from backend.vouchers.redeem import redeem
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.rules import Limit
from backend.vouchers.set_off_debts import set_off_claimed
from backend.vouchers.store import redemptions
from backend.vouchers.tables import vouchers
from backend.vouchers.waive_debt import (
    DecideWaiver,
    ProposeWaiver,
    WaiverOutcome,
    decide_waiver,
    propose_waiver,
)
from backend.vouchers.waiver_rules import WaiverReason, WaiverState
from backend.vouchers.wallet import IssueTokens, issue_tokens
from tests.databases import HandClock
from tests.sync.pushing import told
from tests.sync.test_push import World, world
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.counters import redemption, shown, voucher
from tests.vouchers.pools import places

CLERK = Actor(kind=ActorKind.STAFF, id=UUID(int=0xC1), role="office")
APPROVER = Actor(kind=ActorKind.STAFF, id=UUID(int=0xA1), role="approver")


class Claimed(Struct, frozen=True):
    """The relay tells of these vouchers."""

    events: list[VoucherClaimed]


async def used_twice(county: County, clock: HandClock) -> World:
    """Somebody used one voucher at two shops that had no network."""
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    clock.forward(minutes=5)
    await here.other.take(here.phones[0], here.vouchers[0], count=2)
    assert told(await here.counter.sync()) == {1: ("applied", None)}
    assert told(await here.other.sync()) == {1: ("conflict_paid", None)}
    return here


async def owed(county: County, resident_id: UUID) -> list[ShownDebt]:
    """What they read of it."""
    return await inquire(county, shown_debts_of, DebtsOf(resident_id))


async def relay(county: County, here: World, voucher_id: UUID, nth: int = 0) -> None:
    """The relay tells that somebody claimed this voucher."""
    await relayed(county, here.phones[nth].resident_id, voucher_id)


async def relayed(county: County, resident_id: UUID, voucher_id: UUID) -> None:
    """What the relay does with one claim."""

    async def act(tx: Transaction, asked: Claimed, *, now: Instant) -> None:
        await set_off_claimed(tx, asked.events, now)

    claimed = VoucherClaimed(
        event_id=new_id(),
        occurred_at=county.clock(),
        voucher_id=voucher_id,
        round_id=new_id(),
        resident_id=resident_id,
        face_fen=5_000,
    )
    await transact(county, act, Claimed([claimed]))


async def worth(county: County, voucher_id: UUID) -> tuple[int, int]:
    """(face, public money) in fen."""

    async def look(tx: Transaction, asked: UUID) -> tuple[int, int]:
        found = await redemptions.lock_voucher(tx, asked)
        assert found is not None
        return found.face_fen, found.public_fen

    return await inquire(county, look, voucher_id)


async def is_frozen(county: County, here: World, nth: int = 0) -> bool:
    """Whether a counter without a network would take nothing that this phone shows."""
    issued = await transact(county, issue_tokens, IssueTokens(here.phones[nth].resident_id))
    assert not isinstance(issued, Refused)
    flags = [read_token(one.token).token.flags for one in issued]
    assert flags
    return all(flag & ONLINE_ONLY for flag in flags)


async def another_round(county: County, number: int) -> UUID:
    """Another campaign with a limit of its own, where nobody has claimed yet."""
    limits = (Limit(rule_id=UUID(int=0x11 + number)),)
    campaign_id = UUID(int=0xCB + number)
    [round_id] = await running_campaign(county, campaign_id=campaign_id, pieces=4, cap_pieces=10, limits=limits)
    return round_id


async def test_a_holder_reads_which_use_is_owed_and_since_when(county: County, clock: HandClock) -> None:
    here = await used_twice(county, clock)
    [debt] = await owed(county, here.phones[0].resident_id)
    use = debt.use
    assert (use.debt_fen, use.set_off_fen, use.state) == (5_000, 0, DebtState.OPEN)
    assert (use.voucher_id, use.merchant_id) == (here.vouchers[0], await here.other.merchant())
    assert use.first_merchant == await here.counter.merchant()
    assert use.first_at is not None
    assert use.used_at - use.first_at == timedelta(minutes=5)
    assert debt.merchant_zh
    assert debt.first_zh
    assert await owed(county, here.phones[1].resident_id) == []


async def test_the_next_voucher_is_smaller_until_nothing_is_owed(county: County, clock: HandClock) -> None:
    here = await used_twice(county, clock)
    for nth, left in enumerate((2_500, 0)):
        voucher_id = await voucher(county, await another_round(county, nth), here.phones[0])
        assert await is_frozen(county, here)
        await relay(county, here, voucher_id)
        assert await worth(county, voucher_id) == (2_500, 2_500)
        [debt] = await owed(county, here.phones[0].resident_id)
        assert debt.use.debt_fen - debt.use.set_off_fen == left
        assert await faults(county) == []
    assert debt.use.state is DebtState.SET_OFF
    assert not await is_frozen(county, here)
    # What was told once more, or of a voucher of somebody who owes nothing, changes nothing.
    await relay(county, here, voucher_id)
    assert await worth(county, voucher_id) == (2_500, 2_500)
    used = await transact(
        county, redeem_at, (county, await shown(county, here.phones[0], voucher_id), await here.counter.merchant())
    )
    assert used == 2_500
    assert await faults(county) == []


async def redeem_at(tx: Transaction, asked: tuple[County, str, UUID], *, now: Instant) -> int:
    """Use it online."""
    county, code, merchant_id = asked
    outcome = await redeem(tx, redemption(county, code, merchant_id), now=now)
    assert isinstance(outcome, Redeemed), outcome
    return outcome.discount_fen


async def test_in_the_same_campaign_the_pool_has_it_again(county: County, clock: HandClock) -> None:
    here = await used_twice(county, clock)
    before = await places(county, here.campaign_id)
    # The second person's voucher of the same campaign stands for a second one of the first.
    await relay_of_another(county, here)
    after = await places(county, here.campaign_id)
    assert after[1] - before[1] == 2_500
    assert await faults(county) == []


async def relay_of_another(county: County, here: World) -> None:
    """The other person's voucher, as if it were the debtor's next one."""

    async def give(tx: Transaction, asked: tuple[UUID, UUID], *, now: Instant) -> None:
        del now
        await tx.execute(update(vouchers).where(vouchers.c.id == asked[0]).values(resident_id=asked[1]))

    await transact(county, give, (here.vouchers[1], here.phones[0].resident_id))
    await relay(county, here, here.vouchers[1])


def proposing(claim_id: UUID, **changed: Any) -> ProposeWaiver:
    """The office asks for it."""
    plain = ProposeWaiver(waiver_id=new_id(), claim_id=claim_id, reason="老人不知道已经用过", actor=CLERK)
    return structs.replace(plain, **changed)


def deciding(waiver_id: UUID, **changed: Any) -> DecideWaiver:
    """Another person agrees."""
    plain = DecideWaiver(decision_id=new_id(), waiver_id=waiver_id, confirm=True, actor=APPROVER)
    return structs.replace(plain, **changed)


async def test_two_people_forgive_a_debt_and_the_wallet_is_free_again(county: County, clock: HandClock) -> None:
    here = await used_twice(county, clock)
    [debt] = await owed(county, here.phones[0].resident_id)
    await voucher(county, await another_round(county, 0), here.phones[0])
    assert await is_frozen(county, here)
    asked = proposing(debt.use.claim_id)
    first = await transact(county, propose_waiver, asked)
    assert isinstance(first, WaiverOutcome), first
    assert (first.state, first.fen) == (WaiverState.PROPOSED, 5_000)
    assert await transact(county, propose_waiver, asked) == structs.replace(first, again=True)
    assert isinstance(await transact(county, propose_waiver, structs.replace(asked, reason="别的")), IdReused)
    again = await transact(county, propose_waiver, proposing(debt.use.claim_id))
    assert again == Refused(WaiverReason.ALREADY_PROPOSED)
    same = await transact(county, decide_waiver, deciding(asked.waiver_id, actor=CLERK))
    assert same == Refused(WaiverReason.SAME_PERSON)
    decision = deciding(asked.waiver_id)
    done = await transact(county, decide_waiver, decision)
    assert isinstance(done, WaiverOutcome), done
    assert (done.state, done.fen) == (WaiverState.CONFIRMED, 5_000)
    assert await transact(county, decide_waiver, decision) == structs.replace(done, again=True)
    late = await transact(county, decide_waiver, deciding(asked.waiver_id, confirm=False))
    assert late == Refused(WaiverReason.DECIDED)
    [debt] = await owed(county, here.phones[0].resident_id)
    assert debt.use.state is DebtState.FORGIVEN
    assert not await is_frozen(county, here)
    assert await transact(county, propose_waiver, proposing(debt.use.claim_id)) == Refused(WaiverReason.NOTHING_OWED)
    assert await transact(county, propose_waiver, proposing(new_id())) == Refused(WaiverReason.NO_SUCH_DEBT)
    assert await transact(county, decide_waiver, deciding(new_id())) == Refused(WaiverReason.NO_SUCH_WAIVER)
    [entry] = await inquire(county, find, Find(act="offline.confirm-waiver"))
    assert entry.actor.id == APPROVER.id
    assert await faults(county) == []


async def test_what_is_not_agreed_to_is_owed_as_before(county: County, clock: HandClock) -> None:
    here = await used_twice(county, clock)
    [debt] = await owed(county, here.phones[0].resident_id)
    asked = proposing(debt.use.claim_id)
    await transact(county, propose_waiver, asked)
    done = await transact(county, decide_waiver, deciding(asked.waiver_id, confirm=False))
    assert isinstance(done, WaiverOutcome), done
    assert done.state is WaiverState.WITHDRAWN
    [debt] = await owed(county, here.phones[0].resident_id)
    assert debt.use.state is DebtState.OPEN
    assert isinstance(await transact(county, propose_waiver, proposing(debt.use.claim_id)), WaiverOutcome)


@given(public=st.integers(0, 10_000), debts=st.lists(st.integers(1, 9_000), max_size=5))
def test_never_more_than_half_of_a_voucher_nor_than_is_owed(public: int, debts: list[int]) -> None:
    shares = share_set_off(public, debts)
    assert len(shares) == len(debts)
    assert all(0 <= share <= fen for share, fen in zip(shares, debts, strict=True))
    assert sum(shares) == min(public // 2, sum(debts))
    # The oldest first: a later one gets nothing while an earlier one is not settled.
    settled = [share == fen for share, fen in zip(shares, debts, strict=True)]
    assert all(done or not any(shares[at + 1 :]) for at, done in enumerate(settled))
