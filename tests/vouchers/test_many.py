"""A hundred thousand vouchers are claimed, spent, undone and expired in one county, and every book is in order."""

import asyncio
import random
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from backend.commands.audit import Examine, Figures, examine
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.vouchers.claim_in_batches import ClaimDesk
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.expire import Expire, expire
from backend.vouchers.redeem_in_batches import RedeemDesk
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.refund_rules import RolledBack
from backend.vouchers.rules import ClaimReason, RedemptionReason
from backend.vouchers.short_code import hashed_code
from backend.vouchers.tables import short_codes
from tests.databases import HandClock
from tests.full import lengths
from tests.vouchers.campaigns import claim_of, faults, running_campaign
from tests.vouchers.counters import counter, redemption, undo

FACE, THRESHOLD = 5_000, 6_000
TOGETHER = 1_000
SHOPS = 20
AUDIT_SECONDS = 10


class Many:
    """The lives of so many vouchers, and the few numbers that must come out."""

    def __init__(self, county: County, clock: HandClock, count: int, seed: int) -> None:
        self.county, self.clock, self.count = county, clock, count
        self.dice = random.Random(seed)
        self.claims, self.redeems = ClaimDesk(county), RedeemDesk(county)
        self.vouchers: list[UUID] = []
        self.standing: dict[UUID, tuple[int, UUID]] = {}
        self.undone = 0

    async def live(self) -> None:
        """Claim, spend, undo, expire."""
        (round_id,) = await running_campaign(
            self.county, pieces=self.count, face_fen=FACE, minimum_spend_fen=THRESHOLD, valid_days=7
        )
        shops = [await counter(self.county, order=nth + 1, places=nth == 0) for nth in range(SHOPS)]
        for start in range(0, self.count, TOGETHER):
            await self._claim(round_id, range(start, min(start + TOGETHER, self.count)))
        outcome = await self.claims.submit(claim_of(round_id, self.count))
        assert outcome == Refused(ClaimReason.SOLD_OUT)
        for start in range(0, self.count, TOGETHER):
            await self._spend(shops, start, self.vouchers[start : start + TOGETHER])
        for redemption_id, (_, shop) in self.dice.sample(sorted(self.standing.items()), len(self.standing) // 20):
            assert isinstance(await undo(self.county, redemption_id, shop), RolledBack)
            del self.standing[redemption_id]
            self.undone += 1
        await self.claims.close()
        await self.redeems.close()

    async def expire(self) -> int:
        """Let the time of all be up; how many that was."""
        late, ended = self.clock.forward(days=8), 0
        while done := await transact(self.county, expire, Expire(late, most=2_000), now=late):
            ended += done
        return ended

    async def _claim(self, round_id: UUID, people: range) -> None:
        commands = [claim_of(round_id, nth) for nth in people]
        # One in twenty asks twice at once with the same id, and one in twenty has claimed already under another.
        twice = [command for command in commands if self.dice.random() < 0.05]
        outcomes = await asyncio.gather(*(self.claims.submit(command) for command in [*commands, *twice]))
        told = {command.claim_id: outcome for command, outcome in zip(commands, outcomes, strict=False)}
        for command, outcome in zip(twice, outcomes[len(commands) :], strict=True):
            first = told[command.claim_id]
            assert isinstance(outcome, Claimed)
            assert isinstance(first, Claimed)
            assert outcome.voucher_id == first.voucher_id
        mine = [outcome.voucher_id for outcome in outcomes[: len(commands)] if isinstance(outcome, Claimed)]
        assert len(mine) == len(commands)
        self.vouchers += mine
        greedy = [claim_of(round_id, nth) for nth in people if self.dice.random() < 0.05]
        for refused in await asyncio.gather(*(self.claims.submit(command) for command in greedy)):
            assert refused in (Refused(ClaimReason.LIMIT_REACHED), Refused(ClaimReason.SOLD_OUT))

    async def _spend(self, shops: list[UUID], start: int, vouchers: list[UUID]) -> None:
        chosen = [(start + nth, one) for nth, one in enumerate(vouchers) if self.dice.random() < 0.5]
        codes = [(one, f"{nth * 7_919 % 100_000_000:08d}") for nth, one in chosen]
        await transact(self.county, _give_codes, codes)
        commands, bills = [], []
        for _, code in codes:
            bills.append(self.dice.choice([THRESHOLD - 1, THRESHOLD, 9_999, 50_000]))
            commands.append(redemption(self.county, code, self.dice.choice(shops), bill_fen=bills[-1]))
        outcomes = await asyncio.gather(*(self.redeems.submit(command) for command in commands))
        for command, bill, outcome in zip(commands, bills, outcomes, strict=True):
            if bill < THRESHOLD:
                assert outcome == Refused(RedemptionReason.BILL_TOO_SMALL)
            else:
                assert isinstance(outcome, Redeemed), outcome
                self.standing[command.redemption_id] = (outcome.discount_fen, command.merchant_id)


async def _give_codes(tx: Transaction, command: list[tuple[UUID, str]], *, now: Instant) -> None:
    tx.append(
        short_codes,
        [
            {"voucher_id": one, "code": hashed_code(tx, code), "made_at": now, "expires_at": now + timedelta(hours=1)}
            for one, code in command
        ],
    )


async def _lives(county: County, clock: HandClock, count: int, seed: int) -> tuple[Many, float]:
    """Everything, compared; with the seconds that the audit took."""
    many = Many(county, clock, count, seed)
    await many.live()
    payable = sum(discount for discount, _ in many.standing.values())
    left = count - len(many.standing)
    assert await faults(county) == []  # Links the trail, which the audit only reads.
    begun = time.monotonic()
    figures = await _examined(county)
    seconds = time.monotonic() - begun
    (books,) = figures.campaigns
    assert (books.funded_fen, books.free_fen) == (count * FACE, 0)
    assert (books.open_fen, books.payable_fen) == (left * FACE, payable)
    assert (figures.vouchers, figures.redemptions) == (count, len(many.standing) + many.undone)
    assert await many.expire() == left
    assert await faults(county) == []
    (books,) = (await _examined(county)).campaigns
    assert (books.free_fen, books.open_fen, books.payable_fen) == (count * FACE - payable, 0, payable)
    return many, seconds


async def _examined(county: County) -> Figures:
    figures = await inquire(county, examine, Examine(county.clock()), frozen=True)
    assert figures.faults == []
    return figures


async def test_five_hundred_lives_leave_every_book_in_order(county: County, clock: HandClock) -> None:
    await _lives(county, clock, 500, seed=1)


@pytest.mark.long
async def test_a_hundred_thousand_lives_leave_every_book_in_order_and_are_audited_in_ten_seconds(
    county: County, clock: HandClock, record_property: Callable[[str, object], None]
) -> None:
    many, seconds = await _lives(county, clock, lengths.VOUCHERS, lengths.SEED)
    spent = f"{len(many.standing):,} spent, {many.undone:,} undone"
    record_property("told", f"{many.count:,} vouchers, {spent}; audit {seconds:.1f} s; seed {lengths.SEED}")
    assert seconds <= AUDIT_SECONDS
