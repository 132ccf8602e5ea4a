"""The people of the demonstration county: the office, merchants with their shops, stations, and residents."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.database.transaction import Transaction
from backend.demonstration import records
from backend.demonstration.cast import Cast, Counter, Shop, accepted, staff_actor
from backend.demonstration.county import DemonstrationCounty
from backend.demonstration.credentials import TOTP_SECRET
from backend.demonstration.residents import Resident, residents
from backend.demonstration.seed_places import places_of, position_of, premises_of
from backend.identity.grant_deputy import GrantDeputy, grant_deputy
from backend.identity.invite_staff import AdmitStaff, admit_staff
from backend.identity.open_account import AdmitResidents, admit_residents
from backend.identity.records import NewResident
from backend.identity.rules import DeputyGrant
from backend.kernel.actors import Actor, Role
from backend.kernel.claimants import ProofLevel
from backend.kernel.ids import id_at, new_id
from backend.kernel.instants import Instant, business_day, day_starts, epoch_microseconds
from backend.merchants.admit import Admit, Admitted, admit
from backend.merchants.invite_cashier import AdmitCashier, CashierInvited, InviteCashier, admit_cashier, invite_cashier
from backend.merchants.rules import Exemption, Licence, LicenceKind, Organisation, Papers, SizeClass, Trade
from backend.places.define_places import Defined, define_places
from backend.stations.appoint import Appoint, Appointed, appoint
from backend.stations.open_station import OpenStation, StationOpened, open_station
from backend.stations.rules import StationKind

ENDING = timedelta(days=18)
"""So long after seeding the licence of one merchant ends."""


class Settle(Struct, frozen=True, kw_only=True):
    """Let everybody move in. ``today`` is the day of seeding, which deputies' days count from."""

    demo: DemonstrationCounty
    today: date
    password_hash: str
    residents: int


async def settle(tx: Transaction, command: Settle, *, now: Instant) -> Cast:
    """The office first, since it is the office that admits merchants and opens stations."""
    staff = await _office(tx, command, now)
    clerk = staff_actor(staff["office-a"], Role.OFFICE)
    accepted(Defined, await define_places(tx, places_of(command.demo, clerk), now=now), "places")
    shops = [await _merchant(tx, merchant, command, clerk, now) for merchant in command.demo.merchants.merchants]
    counters = await _stations(tx, command, clerk, shops, now)
    return Cast(
        staff=staff,
        shops=tuple(shops),
        counters=tuple(counters),
        residents=tuple(await _residents(tx, command, now)),
    )


async def _office(tx: Transaction, command: Settle, now: Instant) -> dict[str, UUID]:
    staff: dict[str, UUID] = {}
    for member in command.demo.staff.staff:
        staff[member.key] = await _admit(tx, command, member, frozenset({Role(member.role)}), now)
    security = staff_actor(staff["security-admin"], Role.SECURITY_ADMIN)
    for member in command.demo.staff.staff:
        if member.deputy_of is None or member.deputy_days is None:
            continue
        first, last = member.deputy_days
        grant = GrantDeputy(
            deputy_id=staff[member.key],
            principal_id=staff[member.deputy_of],
            role=Role(member.role),
            begins_at=day_starts(command.today + timedelta(days=first)),
            ends_at=day_starts(command.today + timedelta(days=last + 1)),
            document_no="筠演示〔2026〕5号",
            actor=security,
        )
        accepted(DeputyGrant, await grant_deputy(tx, grant, now=now), f"deputy {member.key}")
    return staff


async def _admit(
    tx: Transaction,
    command: Settle,
    member: records.StaffMember | records.Operator | records.Merchant,
    roles: frozenset[Role],
    now: Instant,
    *,
    merchant_id: UUID | None = None,
    station_id: UUID | None = None,
) -> UUID:
    person = member.owner if isinstance(member, records.Merchant) else member
    ready = _ready(command, member.key, person, roles, merchant_id=merchant_id, station_id=station_id)
    return accepted(UUID, await admit_staff(tx, ready, now=now), f"staff {member.key}")


def _ready(
    command: Settle,
    login: str,
    person: records.StaffMember | records.Operator | records.Owner | records.Cashier,
    roles: frozenset[Role],
    *,
    merchant_id: UUID | None = None,
    station_id: UUID | None = None,
) -> AdmitStaff:
    return AdmitStaff(
        id=new_id(),
        login=login,
        name=person.name.zh,
        phone=person.phone,
        password_hash=command.password_hash,
        totp_secret=TOTP_SECRET,
        roles=roles,
        merchant_id=merchant_id,
        station_id=station_id,
    )


async def _merchant(tx: Transaction, merchant: records.Merchant, command: Settle, clerk: Actor, now: Instant) -> Shop:
    admission = Admit(
        actor=clerk,
        merchant_id=new_id(),
        store_id=new_id(),
        papers=on_the_wall(merchant, command),
        premises=premises_of(merchant),
        position=position_of(merchant.position),
    )
    admitted = accepted(Admitted, await admit(tx, admission, now=now), f"merchant {merchant.key}")
    owner_id = await _admit(tx, command, merchant, frozenset({Role.MERCHANT}), now, merchant_id=admitted.merchant_id)
    await _cashiers(tx, command, merchant, staff_actor(owner_id, Role.MERCHANT), admitted.merchant_id, now)
    return Shop(
        key=merchant.key,
        merchant_id=admitted.merchant_id,
        owner_id=owner_id,
        trade=merchant.trade,
        opens=merchant.hours.opens,
        closes=merchant.hours.closes,
    )


async def _cashiers(
    tx: Transaction, command: Settle, merchant: records.Merchant, owner: Actor, merchant_id: UUID, now: Instant
) -> None:
    for nth, cashier in enumerate(merchant.cashiers):
        if nth == 0:
            account = _ready(command, cashier.key, cashier, frozenset({Role.MERCHANT}), merchant_id=merchant_id)
            admission = AdmitCashier(account=account, owner=owner, merchant_id=merchant_id)
            accepted(UUID, await admit_cashier(tx, admission, now=now), f"cashier {cashier.key}")
            continue
        invitation = InviteCashier(
            actor=owner,
            invitation_id=new_id(),
            merchant_id=merchant_id,
            login=cashier.key,
            name=cashier.name.zh,
            phone=cashier.phone,
        )
        accepted(CashierInvited, await invite_cashier(tx, invitation, now=now), f"cashier {cashier.key}")


def on_the_wall(merchant: records.Merchant, command: Settle) -> Papers:
    """What hangs on the wall: of one merchant, whose new papers wait to be verified, it ends soon."""
    papers = papers_of(merchant)
    if merchant.key != command.demo.calls.pending.papers:
        return papers
    ends = command.today + ENDING
    return replace(papers, licences=tuple(replace(one, valid_until=ends) for one in papers.licences))


def papers_of(merchant: records.Merchant) -> Papers:
    """What a merchant hands in."""
    exemption = merchant.licence_exemption
    return Papers(
        name_zh=merchant.name.zh,
        name_en=merchant.name.en,
        registered_name=merchant.registered_name,
        about_zh=merchant.about.zh,
        about_en=merchant.about.en,
        trade=Trade(merchant.trade),
        organisation=Organisation(merchant.kind),
        size=SizeClass.ABOVE if merchant.above_threshold else SizeClass.BELOW,
        credit_code=merchant.credit_code,
        licences=tuple(
            Licence(
                kind=LicenceKind(licence.kind),
                number=licence.number,
                valid_until=date.fromisoformat(licence.valid_until),
            )
            for licence in merchant.licences
        ),
        exemption=None if exemption is None else Exemption(zh=exemption.zh, en=exemption.en),
        picture=f"merchant-{merchant.key}",
    )


async def _stations(
    tx: Transaction, command: Settle, clerk: Actor, shops: Sequence[Shop], now: Instant
) -> list[Counter]:
    stations = command.demo.stations
    merchants = zip(command.demo.merchants.merchants, shops, strict=True)
    # A station in a town with a shop is that shop's counter, as village stores are; elsewhere it is a station only.
    hosts = {told.town_code: shop.merchant_id for told, shop in merchants if told.trade == Trade.RETAIL.value}
    homes = {station.key: station for station in stations.stations}
    operators = {operator.station: operator for operator in stations.operators}
    desks = [(station.key, station, station.name, StationKind.FIXED) for station in stations.stations]
    desks += [(van.key, homes[van.home], van.name, StationKind.VAN) for van in stations.vans]
    counters = []
    for key, home, name, kind in desks:
        opening = OpenStation(
            actor=clerk,
            station_id=new_id(),
            kind=kind,
            name_zh=name.zh,
            name_en=name.en,
            premises=premises_of(home),
            position=position_of(home.position) if kind is StationKind.FIXED else None,
            merchant_id=hosts.get(home.town_code) if kind is StationKind.FIXED else None,
        )
        opened = accepted(StationOpened, await open_station(tx, opening, now=now), f"station {key}")
        roles = frozenset({Role.OPERATOR})
        operator_id = await _admit(tx, command, operators[key], roles, now, station_id=opened.station_id)
        appointment = Appoint(actor=clerk, appointment_id=new_id(), station_id=opened.station_id, staff_id=operator_id)
        accepted(Appointed, await appoint(tx, appointment, now=now), f"operator {operators[key].key}")
        counters.append(Counter(station_id=opened.station_id, operator_id=operator_id, town_code=home.town_code))
    return counters


async def _residents(tx: Transaction, command: Settle, now: Instant) -> list[tuple[Resident, UUID]]:
    roll = residents(command.demo.homes(), command.residents)
    begins = epoch_microseconds(now) // 1000
    # One millisecond apart, so that the roll's order is the order of the ids and the tour's people come first.
    numbered = [(resident, id_at(begins + resident.number)) for resident in roll]
    on = business_day(now)
    await admit_residents(
        tx, AdmitResidents(tuple(_resident(resident, id_, on) for resident, id_ in numbered)), now=now
    )
    return numbered


def _resident(resident: Resident, id_: UUID, on: date) -> NewResident:
    return NewResident(
        id=id_,
        name=resident.name,
        phone=resident.phone,
        identity_number=resident.identity_number,
        town_code=resident.town_code,
        # Who has no phone was seen at a station with the document, and carries its card.
        proof_level=ProofLevel.STATION if resident.phone is None else ProofLevel.VENDOR,
        groups=tuple(sorted(str(group) for group in resident.groups(on))),
    )
