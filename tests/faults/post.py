"""A county with a station that is a shop too, its operator signed in, people with a voucher and people without one."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from msgspec import structs
from sqlalchemy import select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.open_account import OpenAccount, open_account
from backend.kernel.actors import Role
from backend.kernel.claimants import ProofLevel
from backend.kernel.ids import new_id
from backend.stations.find_shifts import FindShifts, find_shifts
from backend.stations.rules import Shift, StationPolicy
from backend.stations.set_policy import SetPolicy, set_policy
from backend.sync.device_rules import DeviceKind, DeviceState
from backend.sync.find_devices import FindDevices, find_devices
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from backend.vouchers.tables import vouchers
from tests.faults.restoring import fresh_cookie
from tests.faults.shop import FACE_FEN, Customer, customer_of
from tests.stations.station_makers import CLERK, OPERATOR, OTHER, appointed, opening, with_station
from tests.sync.device_makers import approved, invited, inviting, policy_in_force, with_merchant
from tests.vouchers.campaigns import running_campaign
from tests.vouchers.pools import sized

REGISTERED_FEN = 3_000
REGISTERED_FACE = "¥30.00"
"""How the round is told from the other one on the screen."""
DAYS = timedelta(days=14)


@dataclass
class Post:
    """What the robot needs to know of the county."""

    county: County
    station_id: UUID
    round_id: UUID
    """For whose vouchers people are registered."""
    cookie: str
    customers: list[Customer] = field(default_factory=list)
    people: dict[str, UUID] = field(default_factory=dict)
    """Whoever has an account and no voucher, by phone."""

    async def code_for_device(self) -> str:
        """What the office's screen shows."""
        return await invited(self.county, inviting(None, kind=DeviceKind.STATION, station_id=self.station_id))

    async def let_in(self) -> UUID:
        """The office lets the newest device in."""
        [found] = await inquire(self.county, find_devices, FindDevices(state=DeviceState.WAITING))
        await approved(self.county, found.device.id)
        return found.device.id

    async def shifts(self) -> list[Shift]:
        """All that the county has."""
        return [one.shift for one in await inquire(self.county, find_shifts, FindShifts())]

    async def claimed(self) -> Counter[UUID]:
        """How many vouchers of the round each person has."""
        return await inquire(self.county, _claimed, self.round_id)


async def _claimed(tx: Transaction, round_id: UUID) -> Counter[UUID]:
    asked = select(vouchers.c.resident_id).where(vouchers.c.round_id == round_id)
    return Counter((await tx.execute(asked)).scalars())


async def open_post(county: County, customers: int, people: int) -> Post:
    """Such a county; its tablet may take all these vouchers in one episode, and register all these people."""
    merchant_id = await with_merchant(county)
    station_id = await with_station(county, structs.replace(opening(), merchant_id=merchant_id))
    for operator in (OPERATOR, OTHER):
        await appointed(county, station_id, operator)
    caps = StationPolicy(per_device_and_day=10_000)
    await transact(county, set_policy, SetPolicy(actor=CLERK, policy_id=new_id(), policy=caps, reason="山里"))
    campaign_id = new_id()
    [taken] = await running_campaign(county, campaign_id=campaign_id, pieces=customers, cap_pieces=3 * customers)
    await sized(county, campaign_id, 2 * customers * FACE_FEN)
    [registered] = await running_campaign(county, pieces=people, face_fen=REGISTERED_FEN, minimum_spend_fen=10_000)
    limits = EpisodeLimits(soft=timedelta(hours=12), hard=DAYS, cap_fen=2 * customers * FACE_FEN, claims=2 * customers)
    await policy_in_force(county, OfflineLimits(station=limits, skew=timedelta(hours=1)))
    post = Post(county, station_id, registered, await fresh_cookie(county, Role.OPERATOR))
    post.customers = [await customer_of(county, taken, number) for number in range(customers)]
    for number in range(people):
        of = f"1540300{number:04d}"
        post.people[of] = await transact(county, open_account, OpenAccount(phone=of, proof_level=ProofLevel.NONE))
    return post
