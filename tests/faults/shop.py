"""A county with one shop, its owner signed in, many residents with a voucher each, and money behind offline claims."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.enter import ReadySessions, ready_sessions
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.presentations import present
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey
from backend.sync.body_rules import Redeem, read_body
from backend.sync.claim_id import claim_id
from backend.sync.device_rules import DeviceState
from backend.sync.event_rules import read_event
from backend.sync.event_tables import events, forks, quarantine, wanted
from backend.sync.find_devices import FindDevices, find_devices
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from backend.vouchers.tables import redemptions
from backend.vouchers.wallet import IssueTokens, issue_tokens
from tests.sync.device_makers import accepted_liability, approved, invited, inviting, policy_in_force, with_merchant
from tests.sync.test_push import at_work
from tests.vouchers.campaigns import running_campaign
from tests.vouchers.counters import phone, voucher
from tests.vouchers.pools import sized

FACE_FEN = 5_000
BILL_YUAN = "200"
TOGETHER = 20


@dataclass
class Customer:
    """Somebody with a voucher; each showing of it counts one more."""

    voucher: UUID
    token: bytes
    key: SigningKey
    shown: int = 0

    def show(self) -> str:
        """What the phone draws now, by a clock that is right."""
        self.shown += 1
        return present(self.token, holder=self.key, at=datetime.now(UTC), counter=self.shown)


@dataclass
class Shop:
    """What the robot needs to know of the county."""

    county: County
    merchant_id: UUID
    policy: int
    cookie: str
    customers: list[Customer] = field(default_factory=list)

    async def code_for_device(self) -> str:
        """What the office's screen shows."""
        return await invited(self.county, inviting(self.merchant_id))

    async def let_in(self) -> UUID:
        """The office lets the newest device in, and the owner answers for what it loses."""
        waiting = FindDevices(state=DeviceState.WAITING)
        [device_id] = [one.device.id for one in await inquire(self.county, find_devices, waiting)]
        await approved(self.county, device_id)
        await accepted_liability(self.county, self.merchant_id, self.policy)
        return device_id


async def open_shop(county: County, customers: int) -> Shop:
    """Such a county; its devices may take all these vouchers in one episode, and again."""
    merchant_id = await with_merchant(county)
    campaign_id = new_id()
    [round_id] = await running_campaign(county, campaign_id=campaign_id, pieces=customers, cap_pieces=3 * customers)
    await sized(county, campaign_id, 2 * customers * FACE_FEN)
    caps = EpisodeLimits(
        soft=timedelta(hours=12), hard=timedelta(hours=72), cap_fen=2 * customers * FACE_FEN, claims=2 * customers
    )
    policy = await policy_in_force(county, OfflineLimits(merchant=caps, skew=timedelta(hours=1)))
    await at_work(county, merchant_id, 1)
    opened = await transact(county, ready_sessions, ReadySessions(role=Role.MERCHANT, count=1))
    assert not isinstance(opened, Refused), opened
    shop = Shop(county, merchant_id, policy, opened[0].token)
    for first in range(0, customers, TOGETHER):
        group = range(first, min(first + TOGETHER, customers))
        shop.customers += await asyncio.gather(*(customer_of(county, round_id, number) for number in group))
    return shop


async def customer_of(county: County, round_id: UUID, number: int) -> Customer:
    """Somebody with a voucher of this round, and its token in their phone."""
    of = await phone(county, number)
    voucher_id = await voucher(county, round_id, of)
    issued = await transact(county, issue_tokens, IssueTokens(of.resident_id))
    assert not isinstance(issued, Refused), issued
    return Customer(voucher_id, issued[0].token, of.key)


@dataclass(frozen=True)
class Books:
    """What the county has of a shop's claims at the end."""

    claims: list[tuple[int, UUID, str]]
    """(number, voucher, code) of each event that says a voucher was taken, in the order of numbers."""
    numbers: list[int]
    hashes: set[bytes]
    paid: list[tuple[UUID, int]]
    """(voucher, fen) of each redemption that stands."""
    by_the_county: set[UUID]
    """Vouchers whose standing redemption the county accepted itself."""
    strange: int
    """Forks, quarantined bytes and events that are missed."""


async def books(county: County, device_id: UUID) -> Books:
    """Read all of it from the rows themselves."""
    return await inquire(county, _books, device_id)


async def _books(tx: Transaction, device_id: UUID) -> Books:
    rows = (await tx.execute(select(events).where(events.c.device_id == device_id).order_by(events.c.seq))).all()
    claims: list[tuple[int, UUID, str]] = []
    for row in rows:
        read = read_event(row.data)
        assert not isinstance(read, Refused), read
        assert read.hash == row.hash
        body = read_body(read.event.kind, read.event.body)
        if isinstance(body, Redeem):
            claims.append((row.seq, body.voucher, row.code))
    paid = await tx.execute(
        select(redemptions.c.id, redemptions.c.voucher_id, redemptions.c.discount_fen).where(
            redemptions.c.state != "reversed"
        )
    )
    of_claims = {claim_id(row.hash) for row in rows}
    found = [(voucher_id, fen, redemption_id not in of_claims) for redemption_id, voucher_id, fen in paid]
    strange = [len((await tx.execute(select(table.c.seq))).all()) for table in (forks, quarantine, wanted)]
    return Books(
        claims=claims,
        numbers=[row.seq for row in rows],
        hashes={bytes(row.hash) for row in rows},
        paid=[(voucher_id, fen) for voucher_id, fen, _ in found],
        by_the_county={voucher_id for voucher_id, _, is_its_own in found if is_its_own},
        strange=sum(strange),
    )
