"""Stations from a sheet, and who runs them: an operator whose account has its role by now is appointed."""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.list_staff import AskAccount, find_account
from backend.kernel.actors import Actor, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.merchants.find_merchants import listed_codes
from backend.places.premises import Premises
from backend.sheets.columns import Choice, Column, Kind, SheetFault, SheetRow
from backend.starting.importing import Asked, Done, NotAsPlanned
from backend.starting.merchant_rows import CREDIT_CODE
from backend.starting.premises_rows import PREMISES, place_book, premises_of_row
from backend.starting.rules import Outcome, Plan, PlannedRow, faults_of_doubles
from backend.stations.appoint import Appoint, Appointed, appoint
from backend.stations.find_stations import FindStations, find_operators, find_stations
from backend.stations.open_station import OpenStation, StationOpened, open_station
from backend.stations.rules import Station, StationKind

NAME = Column(
    key="name_zh", zh="驿站名称", en="Station", required=True, most=40, also=("名称",), example="景阳社区驿站"
)
NAME_EN = Column(key="name_en", zh="英文名称", en="English name", most=80, example="Jingyang Station")
KIND = Column(
    key="kind",
    zh="类型",
    en="Kind",
    kind=Kind.CHOICE,
    required=True,
    choices=(
        Choice(StationKind.FIXED.value, "固定驿站", "Fixed"),
        Choice(StationKind.VAN.value, "流动便民车", "Van"),
    ),
    example="固定驿站",
)
MERCHANT = Column(
    key="merchant",
    zh="所在商户信用代码",
    en="Merchant's credit code",
    kind=Kind.CODE,
    most=18,
    pattern=CREDIT_CODE.pattern,
    hint_zh="驿站就是一家商户的，填它的信用代码；可不填",
    hint_en="for a station that is a merchant's shop; may be empty",
)
LOGIN_PATTERN = "[a-z0-9][a-z0-9._-]{2,39}"
OPERATOR = Column(
    key="operator",
    zh="站长登录名",
    en="Operator's login",
    kind=Kind.CODE,
    small=True,
    most=40,
    pattern=LOGIN_PATTERN,
    hint_zh="3 至 40 个小写字母、数字、点、横线；账号和角色还没有时，以后再导入一次",
    hint_en="3 to 40 small letters, digits, dots, hyphens; import again when the account has its role",
    example="zhan.jingyang",
)
COLUMNS = (NAME, KIND, *PREMISES, MERCHANT, OPERATOR, NAME_EN)


class Wanted(Struct, frozen=True, kw_only=True):
    """A station as its row tells of it; ``station_id`` is set for one that is there."""

    kind: StationKind
    name_zh: str
    name_en: str
    premises: Premises
    merchant_id: UUID | None
    station_id: UUID | None
    operator_id: UUID | None


async def plan_stations(tx: Transaction, asked: Asked) -> Plan:
    """Which would be opened, and who appointed; one of the same name stays as it is."""
    rows = asked.rows
    book = await place_book(tx)
    there = {station.name_zh: station for station in await find_stations(tx, FindStations(most=10_000))}
    codes = await listed_codes(tx, {row.text("merchant") for row in rows})
    doubles = faults_of_doubles(rows, "name_zh", "驿站名称", "station's name")
    planned: list[PlannedRow] = []
    faults: list[SheetFault] = []
    for at, row in enumerate(rows):
        premises = premises_of_row(book, row)
        found = [*([doubles[at]] if at in doubles else []), *(premises if isinstance(premises, list) else [])]
        code = row.text("merchant")
        if code and code not in codes:
            found.append(row.fault(MERCHANT, "名单上没有这家商户，请先导入商户", "no such merchant: import it first"))
        faults += found
        if not found and isinstance(premises, Premises):
            planned.append(await _planned(tx, row, premises, codes.get(code), there.get(row.text("name_zh"))))
    return Plan(rows=tuple(planned), faults=tuple(faults))


async def _planned(
    tx: Transaction, row: SheetRow, premises: Premises, merchant_id: UUID | None, there: Station | None
) -> PlannedRow:
    login, name = row.text("operator"), row.text("name_zh")
    account = (await find_account(tx, AskAccount(login=login))).of_login if login else None
    ready = account is not None and Role.OPERATOR in account.roles
    runs = there is not None and account is not None and await _runs(tx, there.id, account.id)
    appointed = ready and not runs
    outcome = Outcome.NEW if there is None else Outcome.CHANGED if appointed else Outcome.THERE
    notes = [("已有同名驿站，资料不改", "there already, left as it is")] if there is not None else []
    if appointed:
        notes.append((f"任命站长 {login}", f"{login} is appointed"))
    elif login and not ready:
        notes.append((f"站长 {login} 还没有账号或角色，以后再导入一次", f"{login} has no account or role yet"))
    wanted = Wanted(
        kind=StationKind(row.text("kind")),
        name_zh=name,
        name_en=row.text("name_en") or name,
        premises=premises,
        merchant_id=merchant_id,
        station_id=there.id if there else None,
        operator_id=account.id if account and appointed else None,
    )
    note_zh, note_en = "；".join(zh for zh, _ in notes), "; ".join(en for _, en in notes)
    return PlannedRow(row=row, name=name, outcome=outcome, note_zh=note_zh, note_en=note_en, wanted=wanted)


async def _runs(tx: Transaction, station_id: UUID, staff_id: UUID) -> bool:
    return any(held.staff_id == staff_id and held.ends_at is None for held in await find_operators(tx, station_id))


async def take_station(tx: Transaction, planned: PlannedRow, actor: Actor, now: Instant) -> Done:
    """Open it, and appoint its operator."""
    wanted: Wanted = planned.wanted
    station_id = wanted.station_id
    if station_id is None:
        command = OpenStation(
            actor=actor,
            station_id=new_id(),
            kind=wanted.kind,
            name_zh=wanted.name_zh,
            name_en=wanted.name_en,
            premises=wanted.premises,
            merchant_id=wanted.merchant_id,
        )
        opened = await open_station(tx, command, now=now)
        if not isinstance(opened, StationOpened):
            raise NotAsPlanned(planned, opened)
        station_id = opened.station_id
    if wanted.operator_id is not None:
        chosen = Appoint(actor=actor, appointment_id=new_id(), station_id=station_id, staff_id=wanted.operator_id)
        appointed = await appoint(tx, chosen, now=now)
        if not isinstance(appointed, Appointed):
            raise NotAsPlanned(planned, appointed)
    return Done(row=planned, id=station_id)
