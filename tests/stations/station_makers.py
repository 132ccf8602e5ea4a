"""A county with a station, an operator and a shift."""

from datetime import datetime
from uuid import UUID

from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.identity.invite_staff import AdmitStaff, admit_staff
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.places.define_places import define_places
from backend.places.premises import Hours, Premises
from backend.places.rules import Position, PositionSource
from backend.stations.appoint import Appoint, Appointed, appoint
from backend.stations.open_shift import OpenShift, ShiftOpened, open_shift
from backend.stations.open_station import OpenStation, open_station
from backend.stations.rules import Assisted, AssistedAct, ProofKind, Shift, StationKind
from backend.stations.shift_for import shift_for
from tests.places.places_makers import define

CLERK = Actor(kind=ActorKind.STAFF, id=UUID(int=77), role="office")
OPERATOR = UUID(int=501)
OTHER = UUID(int=502)
SHOWN = Position(
    lat_microdegrees=28_168_000,
    lon_microdegrees=104_509_300,
    source=PositionSource.INVENTED,
    source_zh="示意位置，不是真实地点",
    source_en="A made-up point, not a real location",
)


def staff(number: int, staff_id: UUID, station_id: UUID, role: Role = Role.OPERATOR) -> AdmitStaff:
    return AdmitStaff(
        id=staff_id,
        login=f"{role}-{number}",
        name=f"站长 {number}",
        phone=None,
        password_hash="none",
        totp_secret="NONE",
        roles=frozenset({role}),
        station_id=station_id,
    )


def by_operator(operator_id: UUID = OPERATOR) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=operator_id, role="operator")


def premises(*, town: str = "511527100", village: str | None = "511527100001") -> Premises:
    return Premises(
        town_code=town,
        village_code=village,
        address_zh="景阳大道 9 号（农贸市场旁）",
        address_en="9 Jingyang Avenue, by the market",
        hours=Hours(opens="08:00", closes="19:00"),
        phone="15403000001",
    )


def opening(
    *, kind: StationKind = StationKind.FIXED, name: str = "景阳驿站", at: Premises | None = None
) -> OpenStation:
    return OpenStation(
        actor=CLERK,
        station_id=new_id(),
        kind=kind,
        name_zh=name,
        name_en="Jingyang Station",
        premises=at or premises(),
        position=SHOWN,
    )


async def with_station(county: County, command: OpenStation | None = None) -> UUID:
    """A county that knows its places, and one open station in it."""
    command = command or opening()
    await transact(county, define_places, define())
    for number, staff_id in enumerate((OPERATOR, OTHER)):
        await transact(county, admit_staff, staff(number, staff_id, command.station_id))
    opened = await transact(county, open_station, command)
    assert not isinstance(opened, Refused | IdReused), opened
    return opened.station_id


async def appointed(
    county: County,
    station_id: UUID,
    staff_id: UUID = OPERATOR,
    *,
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Appointed:
    command = Appoint(
        actor=CLERK,
        appointment_id=new_id(),
        station_id=station_id,
        staff_id=staff_id,
        begins_at=begins_at,
        ends_at=ends_at,
    )
    outcome = await transact(county, appoint, command)
    assert isinstance(outcome, Appointed), outcome
    return outcome


def shift_opening(operator_id: UUID = OPERATOR, *, label: str = "", cash_fen: int = 20_000) -> OpenShift:
    return OpenShift(
        actor=by_operator(operator_id),
        shift_id=new_id(),
        operator_id=operator_id,
        device_label=label,
        cash_fen=cash_fen,
    )


async def with_shift(county: County) -> tuple[UUID, UUID]:
    """A station with its operator in an open shift: (station, shift)."""
    station_id = await with_station(county)
    await appointed(county, station_id)
    opened = await transact(county, open_shift, shift_opening())
    assert isinstance(opened, ShiftOpened), opened
    return station_id, opened.shift_id


async def own_shift(tx: Transaction, shift_id: UUID, *, now: Instant) -> Shift:
    """The operator's shift, as a claim would ask for it."""
    shift = await shift_for(tx, shift_id, OPERATOR, now=now)
    assert isinstance(shift, Shift), shift
    return shift


def assisted(
    shift: Shift,
    *,
    resident: int = 1,
    act: AssistedAct = AssistedAct.CLAIM,
    service_id: UUID | None = None,
    proof: ProofKind = ProofKind.IDENTITY_CARD,
    proof_checked: bool = False,
    resident_id: UUID | None = None,
) -> Assisted:
    return Assisted(
        service_id=service_id or new_id(),
        act=act,
        shift=shift,
        resident_id=resident_id or UUID(int=9_000 + resident),
        resident_key=resident.to_bytes(32, "big"),
        proof=proof,
        proof_checked=proof_checked,
        subject_id=UUID(int=3),
    )
