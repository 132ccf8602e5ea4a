"""Staff from a sheet, by two desks: the system administrator makes accounts, the security administrator gives roles.

One file serves both. Whoever makes an account sees its invitation, and whoever could give it rights as well would be
clerk, reviewer and approver in one.
"""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.database.transaction import Transaction
from backend.identity.assign_roles import AssignRoles, assign_roles, unfit_roles
from backend.identity.invite_staff import CreateStaff, Invited, create_staff
from backend.identity.list_staff import AskAccount, find_account
from backend.identity.reasons import IdentityReason
from backend.identity.records import StaffMember
from backend.identity.rules import StaffState, decide_roles
from backend.kernel.actors import Actor, Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.merchants.find_merchants import listed_codes
from backend.sheets.columns import Choice, Column, Kind, SheetFault, SheetRow
from backend.starting.importing import Asked, Done, NotAsPlanned
from backend.starting.merchant_rows import CREDIT_CODE
from backend.starting.rules import Outcome, Plan, PlannedRow, faults_of_doubles
from backend.starting.station_rows import LOGIN_PATTERN
from backend.stations.find_stations import FindStations, find_stations

ROLE_NAMES = (
    Choice(Role.OFFICE.value, "经办", "Clerk"),
    Choice(Role.REVIEWER.value, "复核", "Reviewer"),
    Choice(Role.APPROVER.value, "审批", "Approver"),
    Choice(Role.SYSTEM_ADMIN.value, "系统管理员", "System administrator"),
    Choice(Role.SECURITY_ADMIN.value, "安全管理员", "Security administrator"),
    Choice(Role.AUDITOR.value, "审计员", "Auditor"),
    Choice(Role.MERCHANT.value, "商户人员", "Merchant staff"),
    Choice(Role.OPERATOR.value, "站长", "Station operator"),
)
LOGIN = Column(
    key="login",
    zh="登录名",
    en="Login",
    kind=Kind.CODE,
    small=True,
    required=True,
    most=40,
    pattern=LOGIN_PATTERN,
    also=("账号",),
    hint_zh="3 至 40 个小写字母、数字、点、横线",
    hint_en="3 to 40 small letters, digits, dots, hyphens",
    example="wang.min",
)
NAME = Column(key="name", zh="姓名", en="Name", required=True, most=40, example="王敏")
PHONE = Column(
    key="phone",
    zh="手机号",
    en="Mobile",
    kind=Kind.CODE,
    required=True,
    most=11,
    pattern="1[0-9]{10}",
    hint_zh="本人的 11 位手机号，一人一个账号",
    hint_en="the person's own eleven digits; one person has one account",
    example="13800000000",
)
ROLES = Column(
    key="roles",
    zh="角色",
    en="Roles",
    kind=Kind.CHOICES,
    choices=ROLE_NAMES,
    hint_zh=f"可填多个，用、隔开：{'、'.join(one.zh for one in ROLE_NAMES)}",
    hint_en=f"one or more: {', '.join(one.en for one in ROLE_NAMES)}",
    example="经办",
)
MERCHANT = Column(
    key="merchant",
    zh="所属商户信用代码",
    en="Merchant's credit code",
    kind=Kind.CODE,
    most=18,
    pattern=CREDIT_CODE.pattern,
    hint_zh="商户人员必填",
    hint_en="for merchant staff",
)
STATION = Column(
    key="station", zh="所属驿站", en="Station", most=40, hint_zh="站长必填，写驿站名称", hint_en="for operators"
)
COLUMNS = (LOGIN, NAME, PHONE, ROLES, MERCHANT, STATION)
ROLES_NEEDED = replace(ROLES, required=True)
ROLE_COLUMNS = (LOGIN, NAME, PHONE, ROLES_NEEDED, MERCHANT, STATION)


class Wanted(Struct, frozen=True, kw_only=True):
    """An account as its row tells of it."""

    login: str
    name: str
    phone: str
    merchant_id: UUID | None
    station_id: UUID | None


class WantedRoles(Struct, frozen=True, kw_only=True):
    """Exactly these roles for an account."""

    staff_id: UUID
    roles: frozenset[Role]


def _roles(row: SheetRow) -> frozenset[Role]:
    return frozenset(Role(one) for one in row.text("roles").split())


def _names(roles: frozenset[Role]) -> tuple[str, str]:
    told = [choice for choice in ROLE_NAMES if Role(choice.value) in roles]
    return "、".join(one.zh for one in told) or "无", ", ".join(one.en for one in told) or "none"


def _doubles(at: int, *found: dict[int, SheetFault]) -> list[SheetFault]:
    return [faults[at] for faults in found if at in faults]


async def plan_staff(tx: Transaction, asked: Asked) -> Plan:
    """Which accounts would be made. The roles are looked at, so that nobody learns later that they cannot be."""
    rows = asked.rows
    codes = await listed_codes(tx, {row.text("merchant") for row in rows})
    stations = {one.name_zh: one.id for one in await find_stations(tx, FindStations(most=10_000))}
    logins = faults_of_doubles(rows, "login", "登录名", "login")
    phones = faults_of_doubles(rows, "phone", "手机号", "mobile")
    planned: list[PlannedRow] = []
    faults: list[SheetFault] = []
    for at, row in enumerate(rows):
        found = _doubles(at, logins, phones) + _faults_of_places(row, codes, stations)
        accounts = await find_account(tx, AskAccount(login=row.text("login"), phone=row.text("phone")))
        of_login = accounts.of_login
        same = of_login is not None and of_login.id == accounts.of_phone
        if of_login is not None and not same:
            found.append(row.fault(LOGIN, IdentityReason.LOGIN_TAKEN.zh, IdentityReason.LOGIN_TAKEN.en))
        elif accounts.of_phone is not None and not same:
            found.append(row.fault(PHONE, IdentityReason.PHONE_TAKEN.zh, IdentityReason.PHONE_TAKEN.en))
        faults += found
        if not found:
            planned.append(_planned(row, codes, stations, there=same))
    return Plan(rows=tuple(planned), faults=tuple(faults))


def _faults_of_places(row: SheetRow, codes: dict[str, UUID], stations: dict[str, UUID]) -> list[SheetFault]:
    code, station = row.text("merchant"), row.text("station")
    found = []
    if code and code not in codes:
        found.append(row.fault(MERCHANT, "名单上没有这家商户，请先导入商户", "no such merchant: import it first"))
    if station and station not in stations:
        found.append(row.fault(STATION, "没有这个驿站，请先导入驿站", "no such station: import it first"))
    reason = decide_roles(_roles(row), has_merchant=bool(code), has_station=bool(station))
    if reason is not None:
        found.append(row.fault(ROLES, reason.zh, reason.en))
    return found


def _planned(row: SheetRow, codes: dict[str, UUID], stations: dict[str, UUID], *, there: bool) -> PlannedRow:
    wanted = Wanted(
        login=row.text("login"),
        name=row.text("name"),
        phone=row.text("phone"),
        merchant_id=codes.get(row.text("merchant")),
        station_id=stations.get(row.text("station")),
    )
    zh, en = ("已有账号，不改", "has an account, left as it is") if there else ("", "")
    roles_zh, roles_en = _names(_roles(row))
    if not there and row.text("roles"):
        zh, en = f"角色（{roles_zh}）由安全管理员导入", f"the security administrator gives the roles: {roles_en}"
    outcome = Outcome.THERE if there else Outcome.NEW
    name = f"{wanted.name}（{wanted.login}）"
    return PlannedRow(row=row, name=name, outcome=outcome, note_zh=zh, note_en=en, wanted=wanted)


async def take_staff(tx: Transaction, planned: PlannedRow, actor: Actor, now: Instant) -> Done:
    """Make the account, without roles, and its invitation."""
    wanted: Wanted = planned.wanted
    command = CreateStaff(
        login=wanted.login,
        name=wanted.name,
        phone=wanted.phone,
        actor=actor,
        merchant_id=wanted.merchant_id,
        station_id=wanted.station_id,
    )
    invited = await create_staff(tx, command, now=now)
    if not isinstance(invited, Invited):
        raise NotAsPlanned(planned, invited)
    return Done(
        row=planned,
        id=invited.staff_id,
        login=wanted.login,
        invitation=invited.token,
        expires_at=invited.expires_at,
    )


async def plan_roles(tx: Transaction, asked: Asked) -> Plan:
    """Who would get which roles: exactly those of the row, so the note tells what was there before."""
    rows = asked.rows
    logins = faults_of_doubles(rows, "login", "登录名", "login")
    planned: list[PlannedRow] = []
    faults: list[SheetFault] = []
    for at, row in enumerate(rows):
        found = _doubles(at, logins)
        member = (await find_account(tx, AskAccount(login=row.text("login")))).of_login
        if member is None or member.state is StaffState.ENDED:
            found.append(
                row.fault(LOGIN, "还没有这个账号，请系统管理员先导入人员", "no such account: import the staff first")
            )
        elif member.roles != _roles(row) and (reason := await _unfit(tx, asked, member, row)) is not None:
            found.append(row.fault(ROLES, reason.zh, reason.en))
        faults += found
        if member is not None and not found:
            planned.append(_planned_roles(row, member))
    return Plan(rows=tuple(planned), faults=tuple(faults))


async def _unfit(tx: Transaction, asked: Asked, member: StaffMember, row: SheetRow) -> IdentityReason | None:
    if asked.actor.id == member.id:
        return IdentityReason.OWN_RIGHTS
    return await unfit_roles(tx, member, _roles(row), asked.at)


def _planned_roles(row: SheetRow, member: StaffMember) -> PlannedRow:
    roles = _roles(row)
    there = roles == member.roles
    (before_zh, before_en), (after_zh, after_en) = _names(member.roles), _names(roles)
    return PlannedRow(
        row=row,
        name=f"{member.name}（{member.login}）",
        outcome=Outcome.THERE if there else Outcome.CHANGED,
        note_zh=after_zh if there else f"{before_zh} → {after_zh}",
        note_en=after_en if there else f"{before_en} → {after_en}",
        wanted=WantedRoles(staff_id=member.id, roles=roles),
    )


async def take_roles(tx: Transaction, planned: PlannedRow, actor: Actor, now: Instant) -> Done:
    """Give and take roles."""
    wanted: WantedRoles = planned.wanted
    given = await assign_roles(tx, AssignRoles(staff_id=wanted.staff_id, roles=wanted.roles, actor=actor), now=now)
    if isinstance(given, Refused):
        raise NotAsPlanned(planned, given)
    return Done(row=planned, id=wanted.staff_id)
