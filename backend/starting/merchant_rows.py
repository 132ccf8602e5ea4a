"""Merchants from a sheet: each with its papers and its first shop, admitted by the same rules as one by one."""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, business_day
from backend.kernel.refusals import Reason, Refused
from backend.merchants.admit import Admit, Admitted, admit
from backend.merchants.find_merchants import listed_codes
from backend.merchants.rules import (
    Exemption,
    Licence,
    LicenceKind,
    MerchantReason,
    Organisation,
    Papers,
    SizeClass,
    Trade,
    decide_papers,
)
from backend.places.premises import Premises
from backend.sheets.columns import Choice, Column, Kind, SheetFault, SheetRow
from backend.starting.importing import Asked, Done, NotAsPlanned
from backend.starting.premises_rows import PREMISES, PlaceBook, fault_of, place_book, premises_of_row
from backend.starting.rules import Outcome, Plan, PlannedRow, faults_of_doubles

NAME = Column(
    key="name_zh",
    zh="商户名称",
    en="Name",
    required=True,
    most=40,
    also=("店名", "招牌名称"),
    hint_zh="门头上的名字",
    hint_en="as on the sign",
    example="老城门豆花饭馆",
)
NAME_EN = Column(key="name_en", zh="英文名称", en="English name", most=80, example="Old Gate Douhua")
REGISTERED = Column(
    key="registered_name",
    zh="营业执照名称",
    en="Registered name",
    required=True,
    most=80,
    also=("企业名称", "主体名称"),
    example="筠连县老城门豆花饭馆",
)
CREDIT_CODE = Column(
    key="credit_code",
    zh="统一社会信用代码",
    en="Credit code",
    kind=Kind.CODE,
    required=True,
    most=18,
    pattern="[0-9A-Z]{18}",
    also=("信用代码", "社会信用代码"),
    hint_zh="照营业执照填 18 位，没有字母 I、O、S、V、Z",
    hint_en="the licence's 18 characters, which have no I, O, S, V or Z",
    example="92511527MA00000000",
)
TRADE = Column(
    key="trade",
    zh="行业",
    en="Trade",
    kind=Kind.CHOICE,
    required=True,
    choices=tuple(Choice(one.value, one.zh, one.en) for one in Trade),
    example="餐饮",
)
ORGANISATION = Column(
    key="organisation",
    zh="主体类型",
    en="Kind of body",
    kind=Kind.CHOICE,
    required=True,
    choices=(
        Choice(Organisation.ENTERPRISE.value, "企业", "Enterprise"),
        Choice(Organisation.INDIVIDUAL.value, "个体工商户", "Individual business"),
        Choice(Organisation.COOPERATIVE.value, "农民专业合作社", "Co-operative"),
    ),
    example="个体工商户",
)
SIZE = Column(
    key="size",
    zh="限上限下",
    en="Size",
    kind=Kind.CHOICE,
    required=True,
    also=("规模",),
    choices=(Choice(SizeClass.ABOVE.value, "限上", "Above"), Choice(SizeClass.BELOW.value, "限下", "Below")),
    example="限下",
)
ABOUT = Column(key="about_zh", zh="简介", en="About", most=200, example="石磨豆花")
_NAMED = (
    (LicenceKind.FOOD_BUSINESS, "食品经营许可证", "Food business licence"),
    (LicenceKind.FOOD_PRODUCTION, "食品生产许可证", "Food production licence"),
    (LicenceKind.HYGIENE, "卫生许可证", "Hygiene licence"),
)
NUMBER = {
    kind: Column(key=kind.value, zh=f"{zh}编号", en=f"{en} number", most=40, kind=Kind.CODE, also=(zh,))
    for kind, zh, en in _NAMED
}
UNTIL = {
    kind: Column(
        key=f"{kind.value}_until", zh=f"{zh}有效期至", en=f"{en} valid until", kind=Kind.DATE, example="2029-05-31"
    )
    for kind, zh, en in _NAMED
}
EXEMPTION = Column(
    key="exemption",
    zh="免证说明",
    en="Exemption",
    most=40,
    hint_zh="只有自产自销农产品的填，写明理由",
    hint_en="for own farm produce only: why no licence is needed",
    example="自产自销农产品",
)
COLUMNS = (
    *(NAME, REGISTERED, CREDIT_CODE, TRADE, ORGANISATION, SIZE, *PREMISES),
    *(column for kind, _, _ in _NAMED for column in (NUMBER[kind], UNTIL[kind])),
    *(EXEMPTION, ABOUT, NAME_EN),
)
_COLUMN_OF: dict[Reason, Column] = {
    MerchantReason.CREDIT_CODE_WRONG: CREDIT_CODE,
    MerchantReason.CREDIT_CODE_ASSIGNABLE: CREDIT_CODE,
    MerchantReason.CREDIT_CODE_TAKEN: CREDIT_CODE,
    MerchantReason.LICENCE_EXPIRED: UNTIL[LicenceKind.FOOD_BUSINESS],
    MerchantReason.LICENCE_MISSING: NUMBER[LicenceKind.FOOD_BUSINESS],
}


class Wanted(Struct, frozen=True):
    """A merchant as its row tells of it."""

    papers: Papers
    premises: Premises


async def plan_merchants(tx: Transaction, asked: Asked) -> Plan:
    """Which would be admitted; whoever is on the list by the credit code stays as they are."""
    rows = asked.rows
    book = await place_book(tx)
    listed = await listed_codes(tx, {row.text("credit_code") for row in rows})
    doubles = faults_of_doubles(rows, "credit_code", "信用代码", "credit code")
    planned: list[PlannedRow] = []
    faults: list[SheetFault] = []
    for at, row in enumerate(rows):
        wanted = _wanted(book, row, asked.at)
        found = [*([doubles[at]] if at in doubles else []), *(wanted if isinstance(wanted, list) else [])]
        faults += found
        if found or isinstance(wanted, list):
            continue
        outcome = Outcome.THERE if wanted.papers.credit_code in listed else Outcome.NEW
        note = ("已在名单上，资料不改", "on the list already, left as it is") if outcome is Outcome.THERE else ("", "")
        name = f"{wanted.papers.name_zh}（{wanted.papers.credit_code}）"
        planned.append(PlannedRow(row=row, name=name, outcome=outcome, note_zh=note[0], note_en=note[1], wanted=wanted))
    return Plan(rows=tuple(planned), faults=tuple(faults))


async def take_merchant(tx: Transaction, planned: PlannedRow, actor: Actor, now: Instant) -> Done:
    """Admit it."""
    wanted: Wanted = planned.wanted
    command = Admit(
        actor=actor, merchant_id=new_id(), store_id=new_id(), papers=wanted.papers, premises=wanted.premises
    )
    admitted = await admit(tx, command, now=now)
    if not isinstance(admitted, Admitted):
        raise NotAsPlanned(planned, admitted)
    return Done(row=planned, id=admitted.merchant_id)


def _wanted(book: PlaceBook, row: SheetRow, now: Instant) -> Wanted | list[SheetFault]:
    faults: list[SheetFault] = []
    licences = _licences(row, faults)
    premises = premises_of_row(book, row)
    if isinstance(premises, list):
        faults += premises
    exemption = row.text("exemption")
    papers = Papers(
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en") or row.text("name_zh"),
        registered_name=row.text("registered_name"),
        about_zh=row.text("about_zh"),
        trade=Trade(row.text("trade")),
        organisation=Organisation(row.text("organisation")),
        size=SizeClass(row.text("size")),
        credit_code=row.text("credit_code"),
        licences=licences,
        exemption=Exemption(zh=exemption, en="Own farm produce") if exemption else None,
    )
    refused = decide_papers(papers, today=business_day(now), demonstration=book.demonstration)
    if refused is not None:
        faults.append(_fault_of_papers(row, refused, papers, now))
    return faults if faults or isinstance(premises, list) else Wanted(papers, premises)


def _fault_of_papers(row: SheetRow, refused: Refused[MerchantReason], papers: Papers, now: Instant) -> SheetFault:
    over = next((one.kind for one in papers.licences if one.valid_until < business_day(now)), None)
    if refused.reason is MerchantReason.LICENCE_EXPIRED and over is not None:
        return row.fault(UNTIL[over], refused.reason.zh, refused.reason.en)
    return fault_of(row, Refused(refused.reason), _COLUMN_OF)


def _licences(row: SheetRow, faults: list[SheetFault]) -> tuple[Licence, ...]:
    held = []
    for kind, zh, en in _NAMED:
        number, until = row.text(kind.value), row.day(f"{kind.value}_until")
        if number and until is not None:
            held.append(Licence(kind=kind, number=number, valid_until=until))
        elif number:
            faults.append(row.fault(UNTIL[kind], f"填了{zh}编号，也要填有效期", f"the {en} needs its last day"))
        elif until is not None:
            faults.append(row.fault(NUMBER[kind], f"填了{zh}有效期，也要填编号", f"the {en} needs its number"))
    return tuple(held)
