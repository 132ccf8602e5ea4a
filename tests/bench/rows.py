"""What each row measures: how its county is prepared, which requests are sent, and what they are compared with."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from msgspec import Struct
from sqlalchemy import update

from backend.audit_trail.chain import Chain, chain
from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.identity.make_machine_key import MakeMachineKey, make_machine_key
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.tables import events
from backend.vouchers.brake_rules import BrakeLimit, BrakePlan
from backend.vouchers.claim_in_batches import ClaimDesk
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.rules import Limit
from backend.vouchers.short_code import hashed_code
from backend.vouchers.tables import short_codes
from tests.bench.load import Request
from tests.bench.surroundings import admit, open_bench_county, sessions
from tests.merchants.merchant_makers import admission, admitted, with_places
from tests.vouchers.campaigns import claim_of, running_campaign

ROUNDS = 3
MERCHANTS = 500
NEVER = 1_000_000
WATCHED = BrakePlan(
    burn_rate=BrakeLimit(warn=NEVER, minutes=10),
    merchant_share=BrakeLimit(warn=NEVER, minutes=1_440),
    refund_rate=BrakeLimit(warn=NEVER, minutes=1_440),
    merchant_pace=BrakeLimit(warn=NEVER, minutes=1),
)
"""The brake looks as often as at any campaign, and what is measured here crosses no level."""
CODE_HOURS = 12
QUICK = 3
"""So many times more requests where the answer comes from memory."""
JSON = ("GET", "/api/v1/campaigns", "", "", "")


class Prepared(Struct, frozen=True, kw_only=True):
    """One round's requests for the real server and for the bare one, and what warms the real one beforehand."""

    warm: Sequence[Request]
    rounds: Sequence[Sequence[Request]]
    bare: Sequence[Sequence[Request]]
    refused: bool = False
    """Whether the answers are refusals by intention."""


Prepare = Callable[[Path, str | None, int], Prepared]


async def _claims(data: Path, url: str | None, each: int, stored: int = 0) -> Prepared:
    county = await open_bench_county(data, url)
    if stored:
        await _store(county, stored)
    await admit(county, each)
    cookies = await sessions(county, each)
    round_ids = [(await running_campaign(county, pieces=each, limits=_limit()))[0] for _ in range(ROUNDS)]
    # People look at the round before it opens: that is what makes their sessions known.
    [tomorrow] = await running_campaign(county, pieces=1, opens_at=county.clock() + timedelta(days=1), limits=_limit())
    await leave(county)
    rounds = [_claim_requests(round_id, cookies) for round_id in round_ids]
    warm = _claim_requests(tomorrow, cookies)
    return Prepared(warm=warm, rounds=rounds, bare=rounds)


def _claim_requests(round_id: UUID, cookies: Sequence[str]) -> list[Request]:
    path = f"/api/v1/rounds/{round_id}/claims"
    return [("POST", path, "Cookie", cookie, f'{{"claim_id":"{new_id()}"}}') for cookie in cookies]


def _limit() -> tuple[Limit, ...]:
    return (Limit(rule_id=new_id()),)


def claim(data: Path, url: str | None, each: int) -> Prepared:
    """A rush: every request is another resident's claim."""
    return asyncio.run(_claims(data, url, each))


def growth(stored: int) -> Prepare:
    """The same rush in a county that has ``stored`` vouchers already."""
    return lambda data, url, each: asyncio.run(_claims(data, url, each, stored))


async def _store(county: County, count: int) -> None:
    """So many vouchers of residents who need no accounts here."""
    [round_id] = await running_campaign(county, pieces=count, limits=_limit())
    desk = ClaimDesk(county)
    for start in range(0, count, 1024):
        await asyncio.gather(*(desk.submit(claim_of(round_id, i)) for i in range(start, min(start + 1024, count))))
    await desk.close()
    # They lie years back: their trail is linked and their people have been told.
    while await transact(county, chain, Chain(most=20_000)):
        pass

    async def told(tx: Transaction, command: None, *, now: Instant) -> None:
        await tx.execute(update(events).values(delivered_at=now))

    await transact(county, told, None)
    await rest(county)


async def rest(county: County) -> None:
    """What autovacuum would have done meanwhile, it would now begin while we measure."""
    if county.on_postgresql:
        connection = await asyncpg.connect(county.database_url, server_settings={"search_path": f'"{county.schema}"'})
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
        await connection.close()


async def _sold_out(data: Path, url: str | None, each: int) -> Prepared:
    county = await open_bench_county(data, url)
    await admit(county, 2_000)
    cookies = await sessions(county, 2_000)
    [round_id] = await running_campaign(county, pieces=50, limits=_limit())
    await leave(county)
    warm = _claim_requests(round_id, cookies)
    rounds = [_claim_requests(round_id, [cookies[i % 1_900 + 100] for i in range(QUICK * each)]) for _ in range(ROUNDS)]
    return Prepared(warm=warm, rounds=rounds, bare=rounds, refused=True)


def sold_out(data: Path, url: str | None, each: int) -> Prepared:
    """Residents who come after the last voucher."""
    return asyncio.run(_sold_out(data, url, each))


async def _feed(data: Path, url: str | None, each: int) -> Prepared:
    county = await open_bench_county(data, url)
    [round_id] = await running_campaign(county, pieces=1_000, limits=_limit())
    await leave(county)
    bare = [_claim_requests(round_id, ["x=y"] * (QUICK * each))] * ROUNDS
    return Prepared(warm=[JSON] * 100, rounds=[[JSON] * (QUICK * each)] * ROUNDS, bare=bare)


def feed(data: Path, url: str | None, each: int) -> Prepared:
    """The public list of campaigns, against the bare POST."""
    return asyncio.run(_feed(data, url, each))


async def _redeem(data: Path, url: str | None, each: int) -> Prepared:
    county = await open_bench_county(data, url)
    await with_places(county)
    keys = []
    for order in range(MERCHANTS):
        merchant = await admitted(county, admission(order=order + 1))
        made = await transact(
            county,
            make_machine_key,
            MakeMachineKey(role=Role.POS, merchant_id=merchant.merchant_id, name="till"),
        )
        assert not isinstance(made, Refused), made
        keys.append(f"Bearer {made.key}")
    rounds = [_redemptions(await spendable(county, each), keys) for _ in range(ROUNDS)]
    await leave(county)
    warm = [("GET", "/api/v1/redemptions", "Authorization", key, "") for key in keys]
    return Prepared(warm=warm, rounds=rounds, bare=rounds)


def _redemptions(codes: Sequence[str], keys: Sequence[str]) -> list[Request]:
    return [
        (
            "POST",
            "/api/v1/redemptions",
            "Authorization",
            keys[i % len(keys)],
            f'{{"redemption_id":"{new_id()}","code":"{code}","bill_fen":20000}}',
        )
        for i, code in enumerate(codes)
    ]


async def spendable(county: County, count: int, **of_campaign: Any) -> list[str]:
    """So many vouchers, each with a short code that outlives the measurement."""
    [round_id] = await running_campaign(county, pieces=count, limits=_limit(), brake=WATCHED, **of_campaign)
    desk = ClaimDesk(county)
    vouchers: list[UUID] = []
    for start in range(0, count, 1024):
        outcomes = await asyncio.gather(
            *(desk.submit(claim_of(round_id, i)) for i in range(start, min(start + 1024, count)))
        )
        vouchers += [outcome.voucher_id for outcome in outcomes if isinstance(outcome, Claimed)]
    await desk.close()
    codes = [f"{(i * 7_919 + round_id.int) % 100_000_000:08d}" for i in range(count)]

    async def give(tx: Transaction, command: list[tuple[UUID, str]], *, now: Instant) -> None:
        ends = now + timedelta(hours=CODE_HOURS)
        made = [
            {"voucher_id": voucher_id, "code": hashed_code(tx, code), "made_at": now, "expires_at": ends}
            for voucher_id, code in command
        ]
        tx.append(short_codes, made)

    for start in range(0, count, 2_000):
        given = list(zip(vouchers[start : start + 2_000], codes[start : start + 2_000], strict=True))
        await transact(county, give, given)
    return codes


def redeem(data: Path, url: str | None, each: int) -> Prepared:
    """Online redemptions by short code over 500 merchants' tills."""
    return asyncio.run(_redeem(data, url, each))


async def leave(county: County) -> None:
    """Close the county, which a process of its own opens next."""
    await county.write_engine.dispose()
    await county.read_engine.dispose()
    time.sleep(0.2)  # noqa: ASYNC251 - nothing else runs here; the driver's threads end.
