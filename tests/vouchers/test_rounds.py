"""Unused pieces go back and are issued in a second round, then it stops; timed work does it once, even when cut off."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.app import DUE_VERBS
from backend.audit_trail.chain import Chain, chain
from backend.audit_trail.tables import audit_entries
from backend.background import Background
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.instants import Instant, to_wire
from backend.kernel.refusals import Refused
from backend.ledger.rules import Account, AccountKind
from backend.outbox.due import DueVerb
from backend.outbox.rules import DueWork
from backend.outbox.tables import due_work
from backend.vouchers.claim import claim
from backend.vouchers.claim_rules import Claimed, ClaimOutcome
from backend.vouchers.desk_rules import RoundState
from backend.vouchers.desk_views import RoundView
from backend.vouchers.expire import EXPIRE, Expire, expire, plan_more
from backend.vouchers.fund_campaign import Funded
from backend.vouchers.open_round import CLOSE_ROUND, OPEN_ROUND
from backend.vouchers.rules import ClaimReason
from backend.vouchers.steer_campaign import Turn
from tests.databases import HandClock
from tests.vouchers.campaigns import claim_of, faults
from tests.vouchers.counters import counter, phone, redemption, shown, spend, voucher
from tests.vouchers.desks import Desk, balances, planned

TOTAL = 59_000


async def work_off(county: County, verbs: Mapping[str, DueVerb] = DUE_VERBS) -> int:
    """One round of background work, as ``serve`` runs it."""
    return await Background(county, (), verbs).round(county.clock())


async def works_off_more(county: County) -> bool:
    """Whether another round finds anything to do, once what the last one did is linked."""
    await transact(county, chain, Chain())
    return await work_off(county) > 0


async def running(county: County) -> tuple[Desk, UUID, UUID]:
    """A campaign that runs an hour before its first round: (desk, the round of four, the round of what is left)."""
    of = await planned(county)
    await of.approve()
    assert isinstance(await of.fund(TOTAL), Funded)
    await of.turn(Turn.RUN)
    rounds = (await of.seen()).campaign.plan.rounds
    return of, rounds[0].round_id, rounds[1].round_id


async def view(of: Desk, round_id: UUID) -> RoundView:
    return next(one for one in (await of.seen()).rounds if one.facts.round_id == round_id)


async def ask(county: County, round_id: UUID, resident: int) -> ClaimOutcome:
    return await transact(county, claim, claim_of(round_id, resident))


async def free_of(of: Desk) -> dict[str, tuple[int, int]]:
    """(fen in the ledger, pieces not given out) of every line by its key."""
    held, seen = await balances(of.county), await of.seen()
    return {
        line.key: (
            held.get(Account(AccountKind.BUDGET_LINE, of.campaign_id, line.line_id).key(), 0),
            line.cap_pieces - line.issued_pieces,
        )
        for line in seen.lines
    }


async def entries(county: County, act: str) -> int:
    async def count(tx: Transaction, asked: str) -> int:
        rows = await tx.execute(select(audit_entries.c.id).where(audit_entries.c.act == asked))
        return len(rows.all())

    return await inquire(county, count, act)


async def works(county: County, kind: str) -> list[tuple[str, bool]]:
    """(key, done) of the timed work of one kind."""

    async def find(tx: Transaction, asked: str) -> list[tuple[str, bool]]:
        rows = await tx.execute(select(due_work).where(due_work.c.kind == asked).order_by(due_work.c.key))
        return [(row.key, row.done_at is not None) for row in rows]

    return await inquire(county, find, kind)


async def test_unused_pieces_go_back_and_are_issued_in_a_second_round_and_then_it_stops(
    county: County, clock: HandClock
) -> None:
    of, first, second = await running(county)
    await work_off(county)
    clock.forward(hours=1)
    await work_off(county)
    assert (await view(of, first)).state is RoundState.OPEN
    shop, me = await counter(county), await phone(county)
    code_of = await voucher(county, first, me)
    for resident in (1, 2):
        assert isinstance(await ask(county, first, resident), Claimed)
    await spend(county, redemption(county, await shown(county, me, code_of), shop))
    clock.forward(hours=8)
    await work_off(county)
    assert ((await view(of, first)).state, await free_of(of)) == (
        RoundState.CLOSED,
        {
            "all": (0, 12),
            "dining-50": (35_000, 7),
            str(first): (0, 0),
            str(second): (0, 0),
            "retail-30": (9_000, 5),
            str((await of.seen()).campaign.plan.rounds[2].round_id): (0, 0),
        },
    )
    clock.forward(days=8)
    await work_off(county)
    assert (await of.seen()).vouchers == {"expired": 2, "redeemed": 1}
    assert await ask(county, first, 9) == Refused(ClaimReason.NOT_OPEN)
    clock.forward(days=1, hours=16)
    await work_off(county)
    assert ((await view(of, second)).state, (await view(of, second)).facts.pieces) == (RoundState.OPEN, 9)
    outcomes = [await ask(county, second, resident) for resident in range(10, 20)]
    assert [isinstance(outcome, Claimed) for outcome in outcomes] == [True] * 9 + [False]
    assert outcomes[-1] == Refused(ClaimReason.SOLD_OUT)
    clock.forward(days=30)
    assert await work_off(county) > 0
    assert not await works_off_more(county)
    assert await ask(county, first, 30) == await ask(county, second, 30) == Refused(ClaimReason.NOT_OPEN)
    assert (await of.seen()).vouchers == {"expired": 11, "redeemed": 1}
    assert await faults(county) == []


async def test_everything_late_at_once_gives_the_second_round_what_it_should_have(
    county: County, clock: HandClock
) -> None:
    of, first, second = await running(county)
    clock.forward(hours=1)
    for resident in range(3):
        await ask(county, first, resident)
    clock.forward(days=10, hours=1)
    await work_off(county, {**DUE_VERBS, EXPIRE: one_at_a_time})
    assert (await view(of, second)).facts.pieces == 10
    assert len(await works(county, EXPIRE)) == 4
    assert await faults(county) == []


async def one_at_a_time(tx: Transaction, work: DueWork, at: Instant) -> None:
    """The timed work of ``backend.vouchers.expire`` in portions of one."""
    if await expire(tx, Expire(at, most=1), now=at):
        await plan_more(tx, work)


async def test_two_workers_and_a_second_run_do_it_once(county: County, clock: HandClock) -> None:
    of, first, _ = await running(county)
    clock.forward(hours=1)
    await asyncio.gather(*(work_off(county) for _ in range(2)))
    assert await entries(county, "round.open") == 2
    for resident in range(3):
        await ask(county, first, resident)
    clock.forward(days=9)
    await asyncio.gather(*(work_off(county) for _ in range(2)))
    await work_off(county)
    assert await entries(county, "round.close") == 2
    assert await entries(county, "voucher.expire") == 3
    assert (await free_of(of))["dining-50"] == (35_000, 7)
    assert await faults(county) == []


@pytest.mark.parametrize("kind", [OPEN_ROUND, CLOSE_ROUND, EXPIRE])
async def test_killed_in_the_middle_it_is_done_once_by_the_next(county: County, clock: HandClock, kind: str) -> None:
    of, first, _ = await running(county)
    clock.forward(hours=1)
    if kind is not OPEN_ROUND:
        await work_off(county)
        for resident in range(3):
            assert isinstance(await ask(county, first, resident), Claimed)
        clock.forward(hours=8)
    if kind is EXPIRE:
        await work_off(county)
        clock.forward(days=8)
    before = await balances(county), (await of.seen()).rounds, (await of.seen()).vouchers

    async def killed(tx: Transaction, work: DueWork, at: Instant) -> None:
        await DUE_VERBS[kind](tx, work, at)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await work_off(county, {**DUE_VERBS, kind: killed})
    assert (await balances(county), (await of.seen()).rounds, (await of.seen()).vouchers) == before
    await work_off(county)
    assert not await works_off_more(county)
    times = {OPEN_ROUND: 2, CLOSE_ROUND: 2, EXPIRE: 3}[kind]
    act = "voucher.expire" if kind is EXPIRE else kind
    assert await entries(county, act) == times
    assert await faults(county) == []


async def test_expiry_is_planned_once_for_everything_that_ends_at_the_same_instant(
    county: County, clock: HandClock
) -> None:
    _, first, _ = await running(county)
    clock.forward(hours=1)
    claimed = [await ask(county, first, resident) for resident in range(4)]
    ends = {outcome.expires_at for outcome in claimed if isinstance(outcome, Claimed)}
    assert len(ends) == 1
    assert await works(county, EXPIRE) == [(to_wire(ends.pop()), False)]


async def test_money_back_on_a_closed_rounds_line_lets_nobody_claim_there(county: County, clock: HandClock) -> None:
    of, first, _ = await running(county)
    clock.forward(hours=1)
    await work_off(county)
    for resident in range(4):
        await ask(county, first, resident)
    clock.forward(hours=8)
    await work_off(county)
    clock.forward(days=7)
    await work_off(county)
    assert (await free_of(of))[str(first)][0] == 20_000
    for resident in (0, 50):
        assert await ask(county, first, resident) == Refused(ClaimReason.NOT_OPEN)
    assert (await of.seen()).vouchers == {"expired": 4}
    assert await faults(county) == []


async def test_a_late_worker_delays_no_claim_and_opens_no_window(county: County, clock: HandClock) -> None:
    _, first, _ = await running(county)
    clock.forward(hours=1, microseconds=-1)
    assert await ask(county, first, 1) == Refused(ClaimReason.NOT_OPEN)
    clock.forward(microseconds=1)
    assert isinstance(await ask(county, first, 1), Claimed)
    clock.forward(hours=8, microseconds=-1)
    assert isinstance(await ask(county, first, 2), Claimed)
    clock.forward(microseconds=1)
    assert await ask(county, first, 3) == Refused(ClaimReason.NOT_OPEN)
    assert await faults(county) == []
