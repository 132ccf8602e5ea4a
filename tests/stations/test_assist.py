"""Helping somebody else: within the caps, always on record, however many ask at once."""

import asyncio
from datetime import date

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.stations.assist import Allowance, count_assisted, may_assist, record_assisted
from backend.stations.find_assisted import FindAssisted, find_assisted
from backend.stations.rules import Assisted, AssistedAct, ProofKind, Shift, StationPolicy, StationReason
from backend.stations.set_policy import PolicyInForce, SetPolicy, find_policy, set_policy
from backend.stations.tables import assisted_by_device, assisted_by_helper
from tests.databases import HandClock
from tests.stations.station_makers import CLERK, OPERATOR, assisted, by_operator, own_shift, with_shift

HELPER_FULL = Refused(StationReason.HELPER_LIMIT, "每天最多 4 次")


async def claim(tx: Transaction, command: Assisted, *, now: Instant) -> Refused[StationReason] | None:
    """What an assisted claim does with the two steps, in one transaction."""
    allowed = await may_assist(tx, command, now=now)
    if isinstance(allowed, Refused):
        return allowed
    await count_assisted(tx, allowed, by_operator(), now=now)
    return None


async def counts(tx: Transaction, _asked: None) -> tuple[list[int], list[int]]:
    helper = await tx.execute(select(assisted_by_helper.c.times).order_by(assisted_by_helper.c.times))
    device = await tx.execute(select(assisted_by_device.c.times).order_by(assisted_by_device.c.times))
    return [row.times for row in helper], [row.times for row in device]


async def in_shift(county: County) -> Shift:
    _, shift_id = await with_shift(county)
    return await transact(county, own_shift, shift_id)


async def test_the_fifth_claim_for_one_resident_is_refused_and_others_are_still_served(county: County) -> None:
    shift = await in_shift(county)
    for _ in range(4):
        assert await transact(county, claim, assisted(shift)) is None
    assert await transact(county, claim, assisted(shift)) == HELPER_FULL
    assert await transact(county, claim, assisted(shift, resident=2)) is None
    assert await inquire(county, counts, None) == ([1, 4], [5])
    assert len(await inquire(county, find_assisted, FindAssisted())) == 5


async def test_the_next_business_day_begins_at_midnight_in_the_county(county: County, clock: HandClock) -> None:
    shift = await in_shift(county)
    for _ in range(4):
        await transact(county, claim, assisted(shift))
    clock.forward(hours=13, minutes=59, seconds=59)
    assert await transact(county, claim, assisted(shift)) == HELPER_FULL
    clock.forward(seconds=1)
    assert await transact(county, claim, assisted(shift)) is None
    assert await inquire(county, counts, None) == ([1, 4], [1, 4])


async def test_a_device_is_capped_over_all_residents(county: County) -> None:
    shift = await in_shift(county)
    policy = StationPolicy(per_helper_and_resident=4, per_device_and_day=3)
    command = SetPolicy(actor=CLERK, policy_id=new_id(), policy=policy, reason="试点期间从严")
    await transact(county, set_policy, command)
    outcomes = [await transact(county, claim, assisted(shift, resident=i)) for i in range(5)]
    full = Refused(StationReason.DEVICE_LIMIT, "每天最多 3 次")
    assert outcomes == [None, None, None, full, full]
    assert await inquire(county, counts, None) == ([0, 0, 1, 1, 1], [3])


async def test_thirty_claims_at_once_keep_within_the_cap(county: County) -> None:
    shift = await in_shift(county)
    outcomes = await asyncio.gather(*(transact(county, claim, assisted(shift)) for _ in range(30)))
    assert outcomes.count(None) == 4
    assert outcomes.count(HELPER_FULL) == 26
    assert await inquire(county, counts, None) == ([4], [4])
    assert len(await inquire(county, find_assisted, FindAssisted())) == 4


async def test_a_repeated_request_is_counted_once_and_allowed_even_when_the_cap_is_reached(county: County) -> None:
    shift = await in_shift(county)
    commands = [assisted(shift) for _ in range(4)]
    for command in commands:
        await transact(county, claim, command)
    assert await transact(county, claim, commands[0]) is None
    assert await inquire(county, counts, None) == ([4], [4])


async def test_an_allowed_claim_that_is_given_up_counts_nothing(county: County) -> None:
    shift = await in_shift(county)

    async def only_ask(tx: Transaction, command: Assisted, *, now: Instant) -> bool:
        return isinstance(await may_assist(tx, command, now=now), Allowance)

    assert await transact(county, only_ask, assisted(shift))
    assert await inquire(county, counts, None) == ([0], [0])
    assert await inquire(county, find_assisted, FindAssisted()) == []


async def test_the_database_itself_refuses_to_count_past_the_cap(county: County) -> None:
    shift = await in_shift(county)
    await transact(county, claim, assisted(shift))

    async def tamper(tx: Transaction, _command: None, *, now: Instant) -> None:
        await tx.execute(assisted_by_helper.update().values(times=5))

    with pytest.raises(DBAPIError, match="within_the_cap"):
        await transact(county, tamper, None)


async def test_the_record_says_who_helped_whom_with_which_proof(county: County, clock: HandClock) -> None:
    shift = await in_shift(county)
    claimed = assisted(shift, proof=ProofKind.SOCIAL_CARD)
    redeemed = assisted(shift, resident=2, act=AssistedAct.REDEEM, proof=ProofKind.PRESENCE)
    await transact(county, claim, claimed)
    clock.forward(minutes=1)

    async def redeem(tx: Transaction, command: Assisted, *, now: Instant) -> None:
        await record_assisted(tx, command, by_operator(), now=now)

    await transact(county, redeem, redeemed)
    listed = await inquire(county, find_assisted, FindAssisted(helper_id=OPERATOR))
    assert [(s.id, s.act, s.proof, s.resident_id, s.station_zh, s.day) for s in listed] == [
        (redeemed.service_id, "voucher.redeem", "presence", redeemed.resident_id, "景阳驿站", date(2026, 11, 20)),
        (claimed.service_id, "voucher.claim", "social-card", claimed.resident_id, "景阳驿站", date(2026, 11, 20)),
    ]
    assert {service.helper_name for service in listed} == {"站长 0"}
    mine = await inquire(county, find_assisted, FindAssisted(resident_id=claimed.resident_id))
    assert [service.id for service in mine] == [claimed.service_id]
    older = FindAssisted(station_id=shift.station_id, before=(listed[0].at, listed[0].id), most=1)
    assert [service.id for service in await inquire(county, find_assisted, older)] == [claimed.service_id]
    assert await inquire(county, find_assisted, FindAssisted(day=date(2026, 11, 21))) == []
    # Both were written within a millisecond of the machine's clock, perhaps: the order of their ids tells nothing.
    [entry] = await inquire(county, find, Find(act="stations.assist", subject_id=str(claimed.resident_id)))
    assert entry.actor.id == OPERATOR
    assert "proof social-card" in entry.detail
    assert await inquire(county, counts, None) == ([1], [1])


async def test_a_policy_is_a_version_of_its_own_and_the_same_id_sets_it_once(county: County) -> None:
    assert await inquire(county, find_policy, None) == PolicyInForce(version=0, policy=StationPolicy())
    policy = StationPolicy(per_helper_and_resident=2, per_device_and_day=30, shift_hours_most=12)
    command = SetPolicy(actor=CLERK, policy_id=new_id(), policy=policy, reason="人手不足")
    assert await transact(county, set_policy, command) == PolicyInForce(version=1, policy=policy)
    assert await transact(county, set_policy, command) == PolicyInForce(version=1, policy=policy, again=True)
    assert await transact(county, set_policy, msgspec.structs.replace(command, reason="别的")) == IdReused()
    others = [msgspec.structs.replace(command, policy_id=new_id()) for _ in range(5)]
    outcomes = await asyncio.gather(*(transact(county, set_policy, other) for other in others))
    versions = {outcome.version for outcome in outcomes if isinstance(outcome, PolicyInForce)}
    assert (len(versions), min(versions) > 1) == (5, True)
    assert (await inquire(county, find_policy, None)).version == max(versions)


async def test_a_stricter_policy_leaves_what_was_counted(county: County) -> None:
    shift = await in_shift(county)
    for _ in range(3):
        await transact(county, claim, assisted(shift))
    strict = SetPolicy(actor=CLERK, policy_id=new_id(), policy=StationPolicy(per_helper_and_resident=1), reason="从严")
    await transact(county, set_policy, strict)
    assert await transact(county, claim, assisted(shift)) == Refused(StationReason.HELPER_LIMIT, "每天最多 1 次")
    wide = SetPolicy(actor=CLERK, policy_id=new_id(), policy=StationPolicy(per_helper_and_resident=9), reason="放宽")
    await transact(county, set_policy, wide)
    assert await transact(county, claim, assisted(shift)) is None
    assert await inquire(county, counts, None) == ([4], [4])
