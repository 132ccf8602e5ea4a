"""The offline counter of the demonstration county: rules in force, devices, and what they took in the last days.

Two campaigns have a pool, so that a visitor's own device is dealt something. One voucher was taken at two counters,
one claim waits for a person, a phone is lost with part of its journal, and one resident carries a paper card.
"""

from collections.abc import Sequence
from datetime import date, time, timedelta

from msgspec import Struct

from backend.cards.issue_card import CardIssued, IssueCard
from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.demonstration.campaign_records import Campaign
from backend.demonstration.cast import Cast, SeedingRefused, accepted, staff_actor
from backend.demonstration.county import DemonstrationCounty
from backend.demonstration.offline_devices import (
    DEVICES,
    Device,
    Enrol,
    Named,
    Phone,
    enrol,
    enrol_phone,
    keep_only,
    owner_of,
)
from backend.demonstration.seed_campaigns import Brought
from backend.identity.passwords import hash_password
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, at_county_time, business_day
from backend.stations.close_shift import CloseShift, ShiftClosed, close_shift
from backend.stations.open_shift import OpenShift, ShiftOpened, open_shift
from backend.stations.rules import ProofKind
from backend.sync.accept_liability import AcceptLiability, LiabilityTaken, accept_liability
from backend.sync.answer_rules import ResultCode
from backend.sync.body_rules import Shift, ShiftAct
from backend.sync.change_device import DeviceChanged
from backend.sync.draft_policy import DraftPolicy, PolicyDrafted, draft_policy
from backend.sync.enforce_policy import EnforcePolicy, PolicyEnforced, enforce_policy
from backend.sync.issue_home_card import issue_home_card
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from backend.sync.suspend_device import SuspendDevice, suspend_device
from backend.vouchers.papers import Papers
from backend.vouchers.rules import VoucherState
from backend.vouchers.set_offline_pool import OfflinePoolSet, SetOfflinePool, set_offline_pool
from backend.vouchers.wallet import Wallet, wallet

LIMITS = OfflineLimits(
    merchant=EpisodeLimits(soft=timedelta(hours=12), hard=timedelta(hours=72), cap_fen=200_00, claims=30),
    station=EpisodeLimits(soft=timedelta(hours=12), hard=timedelta(days=14), cap_fen=300_00, claims=60),
)
DOCUMENT = "筠商演示〔2026〕12号"
NOTE = "试点：每部商户手机每次最多 200 元，驿站平板最多 300 元"
USED = "autumn"
"""The campaign whose vouchers were taken without a network."""
PHONES = 8
TOUR = 6
"""The tour's people enable codes on the visitor's own phone."""
PIN = "604193"
BILLS = (11_600, 13_850, 10_400, 12_200, 10_900, 15_300, 10_000, 14_200)


class Offline(Struct, frozen=True, kw_only=True):
    """What there is to take, by campaign."""

    cast: Cast
    brought: dict[str, Brought]
    campaigns: dict[str, Campaign]
    today: date
    pin_hash: str
    seeded_at: Instant

    def at(self, days_ago: int, clock: str) -> Instant:
        """So many days before the seeding, on the county's clock."""
        return at_county_time(self.today - timedelta(days=days_ago), time.fromisoformat(clock))


async def go_offline(
    county: County, demo: DemonstrationCounty, cast: Cast, brought: dict[str, Brought], now: Instant
) -> None:
    """Everything, in one transaction and in the order of time."""
    command = Offline(
        cast=cast,
        brought=brought,
        campaigns={one.key: one for one in demo.campaigns.campaigns},
        today=business_day(now),
        pin_hash=await hash_password(PIN),
        seeded_at=now,
    )
    await transact(county, take_without_network, command, now=now)


async def take_without_network(tx: Transaction, command: Offline, *, now: Instant) -> None:
    """Rules and pools first, then devices and phones, then four days of work."""
    del now
    policy = await _put_in_force(tx, command)
    await _set_pools(tx, command)
    devices = await _let_in(tx, command, policy)
    phones = await _phones(tx, command)
    face_fen = command.campaigns[USED].kinds[0].face_fen
    await _lose_a_phone(tx, command, devices[Named.LOST], phones[7], face_fen)
    await _serve_at_tables(tx, command, devices, phones, face_fen)
    await _keep_shifts(tx, command, devices)
    await _give_card(tx, command, devices[Named.HOME])
    for named, minutes in ((Named.TILL, 118), (Named.NOODLES, 41), (Named.HOTPOT, 6), (Named.HOME, 3)):
        await devices[named].send(tx, command.seeded_at - timedelta(minutes=minutes))


async def _put_in_force(tx: Transaction, command: Offline) -> int:
    clerk = command.cast.officer("office-a", Role.OFFICE)
    drafting = DraftPolicy(actor=clerk, policy_id=new_id(), limits=LIMITS, note=NOTE)
    drafted = accepted(PolicyDrafted, await draft_policy(tx, drafting, now=command.at(5, "10:05")), "offline rules")
    enforcing = EnforcePolicy(
        actor=command.cast.officer("approver-a", Role.APPROVER),
        decision_id=new_id(),
        number=drafted.policy.number,
        document_no=DOCUMENT,
    )
    accepted(PolicyEnforced, await enforce_policy(tx, enforcing, now=command.at(5, "15:30")), "offline rules")
    return drafted.policy.number


async def _set_pools(tx: Transaction, command: Offline) -> None:
    """The money of the pieces that no round gives out."""
    for key, brought in command.brought.items():
        campaign = command.campaigns[key]
        share_bp = next(one.share_bp for one in campaign.funders if one.funder == "government")
        for kind in campaign.kinds:
            if not kind.offline_pieces:
                continue
            setting = SetOfflinePool(
                change_id=new_id(),
                campaign_id=brought.campaign_id,
                kind_code=kind.key,
                size_fen=kind.offline_pieces * kind.face_fen * share_bp // 10_000,
                document_no=DOCUMENT,
                actor=command.cast.officer("approver-a", Role.APPROVER),
            )
            accepted(OfflinePoolSet, await set_offline_pool(tx, setting, now=command.at(5, "15:40")), key)


async def _let_in(tx: Transaction, command: Offline, policy: int) -> dict[Named, Device]:
    """Enrolled, agreed to by owners, and dealt their first allowance."""
    devices: dict[Named, Device] = {}
    for nth, named in enumerate(DEVICES):
        if named is Named.WAITING:
            continue
        at = command.at(4, "09:30") + timedelta(minutes=6 * nth)
        devices[named] = await enrol(tx, Enrol(cast=command.cast, named=named), now=at)
        owner = owner_of(command.cast, named)
        if owner is not None:
            actor, merchant_id = owner
            agreeing = AcceptLiability(actor=actor, acceptance_id=new_id(), merchant_id=merchant_id, policy=policy)
            agreed = await accept_liability(tx, agreeing, now=at + timedelta(minutes=3))
            accepted(LiabilityTaken, agreed, f"{named} answers for its losses")
        await devices[named].send(tx, at + timedelta(minutes=5))
    waiting = Enrol(cast=command.cast, named=Named.WAITING)
    await enrol(tx, waiting, now=command.seeded_at - timedelta(minutes=9))
    return devices


async def _phones(tx: Transaction, command: Offline) -> list[Phone]:
    """Of residents who took a voucher in the rush and have not used it."""
    kind, found = command.campaigns[USED].kinds[0].key, list[Phone]()
    for resident, resident_id in command.cast.residents[TOUR:]:
        if resident.phone is None:
            continue
        held = await wallet(tx, Wallet(resident_id=resident_id, states=(VoucherState.ISSUED,)))
        for voucher in held:
            if voucher.terms.kind_code == kind:
                phone = await enrol_phone(tx, resident_id, now=command.at(4, "12:00"))
                found.append(keep_only(phone, voucher.voucher_id))
        if len(found) == PHONES:
            return found
    raise SeedingRefused(f"only {len(found)} residents hold a voucher of {kind}")


async def _lose_a_phone(tx: Transaction, command: Offline, device: Device, phone: Phone, fen: int) -> None:
    """It had sent one claim and told of three when it was lost; its second event is nowhere else."""
    device.take(phone, BILLS[7], fen, command.at(3, "12:40"))
    await device.send(tx, command.at(3, "13:30"))
    shift = new_id()
    device.add(Shift(ShiftAct.OPEN, shift, device.operator), command.at(3, "17:05"))
    device.add(Shift(ShiftAct.CLOSE, shift, device.operator), command.at(3, "19:20"))
    await device.send(tx, command.at(3, "19:40"), left_out=frozenset({2}))
    suspending = SuspendDevice(
        actor=command.cast.officer("office-a", Role.OFFICE),
        change_id=new_id(),
        device_id=device.id,
        reason="赶场时丢了手机，店主来电挂失",
    )
    accepted(DeviceChanged, await suspend_device(tx, suspending, now=command.at(2, "09:10")), "a lost phone")


async def _serve_at_tables(
    tx: Transaction, command: Offline, devices: dict[Named, Device], phones: Sequence[Phone], fen: int
) -> None:
    """Meals in two shops, one voucher that was shown in both, and one claim by somebody who is not of the shop."""
    hotpot, noodles, riverside = (devices[one] for one in (Named.HOTPOT, Named.NOODLES, Named.RIVERSIDE))
    for nth, clock in enumerate(("12:10", "12:25", "18:40")):
        hotpot.take(phones[nth], BILLS[nth], fen, command.at(2, clock))
    await _paid(tx, hotpot, command.at(2, "21:30"), ResultCode.APPLIED)
    for device in (noodles, riverside):
        await device.send(tx, command.at(1, "07:30"))
    noodles.take(phones[3], BILLS[3], fen, command.at(1, "08:10"))
    noodles.take(phones[4], BILLS[4], fen, command.at(1, "08:22"))
    await _paid(tx, noodles, command.at(1, "20:10"), ResultCode.APPLIED)
    riverside.take(phones[5], BILLS[5], fen, command.at(1, "11:50"))
    await _paid(tx, riverside, command.at(1, "12:20"), ResultCode.APPLIED)
    riverside.take(phones[1], BILLS[1], fen, command.at(1, "12:35"))
    await _paid(tx, riverside, command.at(1, "20:40"), ResultCode.CONFLICT_PAID)
    noodles.take(phones[6], BILLS[6], fen, command.at(1, "20:45"), operator=new_id())
    await _paid(tx, noodles, command.at(1, "21:15"), ResultCode.NEEDS_REVIEW)


async def _paid(tx: Transaction, device: Device, at: Instant, code: ResultCode) -> None:
    told = await device.send(tx, at)
    if not told.results or told.results[-1].code is not code:
        raise SeedingRefused(f"{device.named}: {told.results}, not {code}")


async def _keep_shifts(tx: Transaction, command: Offline, devices: dict[Named, Device]) -> None:
    """A tablet brings yesterday's shift in the evening; the van's was cut off while it sent, and is still away."""
    far, van = devices[Named.FAR], devices[Named.VAN]
    for device, days_ago, sent in ((van, 2, "18:20"), (far, 1, "17:50")):
        shift = new_id()
        device.add(Shift(ShiftAct.OPEN, shift, device.operator, 20_000), command.at(days_ago, "08:31"))
        if device is far:
            device.add(Shift(ShiftAct.CLOSE, shift, device.operator, 20_000), command.at(days_ago, "17:42"))
            await _paid(tx, far, command.at(days_ago, sent), ResultCode.APPLIED)
            continue
        for clock in ("09:40", "11:15", "13:20", "15:05", "16:30"):
            other = new_id()
            device.add(Shift(ShiftAct.OPEN, other, device.operator, 20_000), command.at(days_ago, clock))
        await device.send(tx, command.at(days_ago, sent), left_out=frozenset(range(2, len(device.journal) + 1)))


async def _give_card(tx: Transaction, command: Offline, home: Device) -> None:
    """Somebody of the town without a phone is given a card, with a shift open and the identity card in hand."""
    counter = command.cast.counters[0]
    neighbour, resident_id = next(
        (resident, id_)
        for resident, id_ in command.cast.residents
        if resident.phone is None and resident.town_code == counter.town_code
    )
    operator = staff_actor(counter.operator_id, Role.OPERATOR)
    opening = OpenShift(
        actor=operator,
        shift_id=new_id(),
        operator_id=counter.operator_id,
        station_id=counter.station_id,
        device_label=DEVICES[home.named].label,
        cash_fen=20_000,
    )
    accepted(ShiftOpened, await open_shift(tx, opening, now=command.at(1, "08:30")), "shift")
    card_id = new_id()
    proof = ProofKind.IDENTITY_CARD
    issuing = IssueCard(
        card_id=card_id,
        resident_id=resident_id,
        shift_id=opening.shift_id,
        papers=Papers(proof=proof, number=neighbour.identity_number),
        home=home.id,
        pin_hash=command.pin_hash,
        family_phone=None,
        actor=Actor(
            kind=ActorKind.STAFF,
            id=counter.operator_id,
            role=Role.OPERATOR.value,
            request_id=card_id,
            shift_id=opening.shift_id,
            proof=proof.value,
        ),
    )
    accepted(CardIssued, await issue_home_card(tx, issuing, now=command.at(1, "10:20")), "a paper card")
    closing = CloseShift(
        actor=operator,
        close_id=new_id(),
        shift_id=opening.shift_id,
        operator_id=counter.operator_id,
        cash_fen=20_000,
    )
    accepted(ShiftClosed, await close_shift(tx, closing, now=command.at(1, "17:40")), "shift")
