"""The expiry job killed in the middle, again and again, and then run twice, returns every voucher's money once."""

import asyncio
import random
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire
from backend.kernel.instants import to_wire
from backend.ledger.tables import transfers
from backend.vouchers.claim_in_batches import ClaimDesk
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.tables import vouchers
from tests.crash.conftest import Place
from tests.crash.served import beside
from tests.settlement.cycles import money
from tests.vouchers.campaigns import claim_of, faults, running_campaign

VOUCHERS = 2_600
"""Six portions of the expiry."""
MOST_KILLS = 8
FACE_FEN = 5_000


async def test_the_expiry_killed_in_the_middle_and_run_twice_returns_once(quick_place: Place) -> None:
    dice = random.Random(11)
    async with beside(quick_place.data, quick_place.url) as county:
        [round_id] = await running_campaign(county, pieces=VOUCHERS)
        await claim_all(county, round_id)
        expired_at = county.clock() + timedelta(days=8)
        in_the_middle = 0
        for _ in range(MOST_KILLS):
            before = (await told(county))["issued"]
            process = relay(quick_place, expired_at)
            # Not before the first portion is stored: a start that is killed proves nothing.
            for _ in range(400):
                if (await told(county))["issued"] < before or process.poll() is not None:
                    break
                await asyncio.sleep(0.01)
            await asyncio.sleep(dice.random() * 0.05)
            process.kill()
            process.wait()
            left = (await told(county))["issued"]
            in_the_middle += 0 < left < before
            assert await returned(county) == (VOUCHERS - left, (VOUCHERS - left) * FACE_FEN)
            if left == 0:
                break
        assert in_the_middle > 0, "no kill came in the middle"
        for _ in range(2):
            assert relay(quick_place, expired_at).wait(60) == 0
            assert await told(county) == {"expired": VOUCHERS}
            assert await returned(county) == (VOUCHERS, VOUCHERS * FACE_FEN)
            assert await money(county) == {"fund.bank": VOUCHERS * FACE_FEN, "budget.line": VOUCHERS * FACE_FEN}
        assert await faults(county) == []


def relay(place: Place, at: datetime) -> subprocess.Popen[bytes]:
    """``yizhan relay --once --at``, under way."""
    where = ["--data", str(place.data), *(["--database", place.url] if place.url else [])]
    command = [sys.executable, "-m", "backend", "relay", "--once", "--at", to_wire(at), *where]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def claim_all(county: County, round_id: UUID) -> None:
    """Everybody has one."""
    desk = ClaimDesk(county)
    for start in range(0, VOUCHERS, 400):
        some = range(start, min(start + 400, VOUCHERS))
        outcomes = await asyncio.gather(*(desk.submit(claim_of(round_id, number)) for number in some))
        assert all(isinstance(outcome, Claimed) for outcome in outcomes)
    await desk.close()


async def told(county: County) -> Counter[str]:
    """How many vouchers stand where."""

    async def count(tx: Transaction, asked: None) -> Counter[str]:
        del asked
        rows = await tx.execute(select(vouchers.c.state, func.count()).group_by(vouchers.c.state))
        return Counter({row[0]: int(row[1]) for row in rows})

    return await inquire(county, count, None)


async def returned(county: County) -> tuple[int, int]:
    """(transfers, fen) of the ledger by which expired vouchers went back."""

    async def count(tx: Transaction, asked: None) -> tuple[int, int]:
        del asked
        summed = select(func.count(), func.coalesce(func.sum(transfers.c.amount_fen), 0))
        row = (await tx.execute(summed.where(transfers.c.step == "expire"))).one()
        return int(row[0]), int(row[1])

    return await inquire(county, count, None)
