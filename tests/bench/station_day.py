"""What a station's tablet writes in two weeks behind the mountain: the journal of ``sync_day``.

The station is a village shop with one tablet under the policy as it comes: 14 days, 10 000 yuan and 300 claims until
the county is heard. Each of the fourteen days has its part of the events, between eight and seven by the device's own
clock. The clock is put right after a night without power; two operators have one shift each; one event in ten takes a
voucher (满100减30), of which one a day is taken on a wrong bill, taken back and taken again; all others register
somebody for a voucher of the next round by their identity card, sealed to the county as the tablet does it. Of 3 000
events 294 are claims (8 820 yuan), 2 622 registrations (187 a day), 56 of shifts, 14 of the clock and 14 take back.

The number is the promise's, so the days are busy ones: a whole township comes to one counter. Registrations count for
the caps of assisted claims on the day on which they arrive (decision 0080), so two weeks of them arrive on one day: the
office has raised that cap, the only setting that is not the default. With it as it comes, 60 a device and day, the rest
of the registrations would be somebody's tasks.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct, structs

from backend.database.county import County
from backend.database.transaction import transact
from backend.demonstration.unassignable import identity_number
from backend.identity.open_account import OpenAccount, open_account
from backend.kernel.claimants import ProofLevel
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey
from backend.stations.rules import StationPolicy
from backend.stations.set_policy import SetPolicy, set_policy
from backend.sync.body_rules import ClockJump
from backend.sync.device_rules import DeviceKind
from backend.sync.event_rules import read_event
from backend.sync.journal_file_rules import NONCE_BYTES
from tests.databases import HandClock
from tests.stations.station_makers import CLERK, OPERATOR, OTHER, appointed, opening, with_station
from tests.sync.device_makers import active_device, policy_in_force, with_merchant
from tests.sync.pushing import Counter
from tests.sync.station_tablets import begins, ends, registered
from tests.vouchers.campaigns import running_campaign
from tests.vouchers.counters import Phone, phone, voucher
from tests.vouchers.pools import sized

DAYS = 14
FACE_FEN, BILL_FEN = 3_000, 12_000
OPENS, CLOSES = timedelta(hours=8), timedelta(hours=19)
OF_THE_DAY = 1 + 4 + 2
"""Events beside what the turns are: the clock, two shifts, and a claim that is taken back and done again."""
MOST_A_DAY = 10_000
LEAST = 12 * DAYS
"""Fewer events would be no days."""
_CHINA = timedelta(hours=8)


class StationDays(Struct, frozen=True):
    """The journal with its events' hashes, and the numbers of those that its device took back."""

    counter: Counter
    hashes: Sequence[bytes]
    taken_back: frozenset[int]


class _Scene(Struct):
    """Who comes to the counter, and what was done there."""

    counter: Counter
    clock: HandClock
    round_id: UUID
    """For whose vouchers people are registered."""
    customers: Iterator[tuple[Phone, UUID]]
    others: Iterator[int]
    taken_back: set[int]


def of_day(events: int, day: int) -> tuple[int, int]:
    """(events, claims on vouchers) of one of the days."""
    several = events * (day + 1) // DAYS - events * day // DAYS
    return several, max(2, several // 10)


async def station_days(county: County, clock: HandClock, events: int) -> StationDays:
    """Two weeks that end with the last evening before ``clock``, which is left there."""
    if events < LEAST:
        raise ValueError(f"{events} events are no two weeks; {LEAST} at least")
    midnight = (clock() + _CHINA).replace(hour=0, minute=0, second=0, microsecond=0) - _CHINA
    mornings = [midnight - timedelta(days=nth) for nth in range(DAYS, 0, -1)]
    clock.at = mornings[0] + timedelta(hours=6)
    scene = await _opened(county, clock, events)
    await scene.counter.sync()
    for day, morning in enumerate(mornings):
        await _day(scene, morning, *of_day(events, day))
    if len(scene.counter.journal) != events:
        raise ValueError(f"{len(scene.counter.journal)} events instead of {events}")
    return StationDays(scene.counter, list(map(_hash_of, scene.counter.journal)), frozenset(scene.taken_back))


def _hash_of(data: bytes) -> bytes:
    read = read_event(data)
    if isinstance(read, Refused):
        raise TypeError(read)
    return read.hash


async def _opened(county: County, clock: HandClock, events: int) -> _Scene:
    """The station, its tablet, and everybody who will come."""
    merchant_id = await with_merchant(county)
    station_id = await with_station(county, structs.replace(opening(), merchant_id=merchant_id))
    for operator in (OPERATOR, OTHER):
        await appointed(county, station_id, operator)
    await policy_in_force(county)
    raised = StationPolicy(per_device_and_day=MOST_A_DAY)
    await transact(
        county, set_policy, SetPolicy(actor=CLERK, policy_id=new_id(), policy=raised, reason="山里两周一联网")
    )
    claims = sum(of_day(events, day)[1] for day in range(DAYS))
    campaign_id, closes = new_id(), clock() + timedelta(days=4 * DAYS)
    terms: dict[str, Any] = {"face_fen": FACE_FEN, "minimum_spend_fen": 10_000, "valid_days": 30}
    [here] = await running_campaign(
        county, campaign_id=campaign_id, pieces=claims, cap_pieces=2 * claims, closes_at=closes, **terms
    )
    [next_round] = await running_campaign(county, pieces=events, closes_at=closes)
    await sized(county, campaign_id, claims * FACE_FEN)
    device_id = await active_device(county, None, kind=DeviceKind.STATION, station_id=station_id)
    people = [await phone(county, number) for number in range(claims - DAYS)]
    customers = [(of, await voucher(county, here, of)) for of in people]
    for number in range(events):
        await transact(county, open_account, OpenAccount(phone=_phone(number), proof_level=ProofLevel.NONE))
    key = SigningKey.from_scalar((100).to_bytes(32, "big"))
    counter = Counter(county=county, device_id=device_id, key=key, operator=OPERATOR, journal=[])
    return _Scene(counter, clock, next_round, iter(customers), iter(range(events)), set())


async def _day(scene: _Scene, morning: datetime, events: int, claims: int) -> None:
    """From the clock that is put right to the cash of the evening."""
    counter, clock = scene.counter, scene.clock
    clock.at = morning + OPENS
    counter.add(ClockJump(clock(), clock() - timedelta(hours=3), clock()))
    acts = events - OF_THE_DAY
    often = acts // claims
    step = (CLOSES - OPENS) / (events + 1)
    served = 0
    for operator, turns in ((OPERATOR, acts // 2), (OTHER, acts - acts // 2)):
        shift = new_id()
        counter.operator, clock.at = operator, clock() + step
        counter.add(begins(shift, operator=operator))
        for _ in range(turns):
            clock.at += step
            is_claim = served % often == 0 and served // often < claims - 1
            await _claim(scene, is_wrong=served == 0) if is_claim else _register(scene, shift)
            served += 1
        clock.at += step
        counter.add(ends(shift, operator=operator))


async def _claim(scene: _Scene, *, is_wrong: bool) -> None:
    """A voucher is taken; from a wrong bill it is taken back, and the same one is taken again."""
    counter = scene.counter
    of, voucher_id = next(scene.customers)
    seq = await counter.take(of, voucher_id, fen=FACE_FEN, bill_fen=BILL_FEN)
    if is_wrong:
        counter.take_back(seq, "账单输错了")
        scene.taken_back.add(seq)
        scene.clock.at += timedelta(seconds=40)
        await counter.take(of, voucher_id, fen=FACE_FEN, bill_fen=2 * BILL_FEN, count=2)


def _register(scene: _Scene, shift: UUID) -> None:
    """Somebody shows an identity card; what the tablet seals is sealed anew each time."""
    counter, number = scene.counter, next(scene.others)
    born = date(1940, 1, 1) + timedelta(days=3 * number)
    fresh, nonce = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(NONCE_BYTES)
    card = {"number": identity_number(born, 1 + number % 999), "operator": counter.operator}
    counter.add(registered(counter, scene.round_id, shift, _phone(number), fresh=fresh, nonce=nonce, **card))


def _phone(number: int) -> str:
    return f"1540300{number:04d}"
