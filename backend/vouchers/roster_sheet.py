"""Which rows does somebody's file of a list (定向发放名单) have, and what in it cannot be read?

The rows are handed back as texts, with the columns that they stood in; nothing is kept. What is wrong with a row as a
row of this campaign is told when the rows are looked at (``import_roster``).
"""

from collections.abc import Mapping

from msgspec import Struct

from backend.sheets.columns import Column, Kind, SheetFault
from backend.sheets.read import read_sheet
from backend.vouchers.roster_rules import MOST_ROWS, RosterRow

CLASS = Column(
    key="class_code",
    zh="类别",
    en="Class",
    required=True,
    most=80,
    also=("类别代码", "人员类别"),
    hint_zh="活动方案里写明的类别，一字不差",
    hint_en="a class that the campaign's plan names, letter by letter",
    example="dibao",
)
PHONE = Column(
    key="phone",
    zh="手机号",
    en="Mobile",
    kind=Kind.CODE,
    most=80,
    also=("电话", "联系电话", "手机"),
    hint_zh="11 位；手机号和身份证号至少填一项",
    hint_en="11 digits; give this or the identity number",
    example="15410000001",
)
IDENTITY_NUMBER = Column(
    key="identity_number",
    zh="身份证号",
    en="Identity number",
    kind=Kind.CODE,
    most=80,
    also=("身份证", "身份证号码", "证件号码"),
    hint_zh="18 位，含校验码；共用一个电话的人必须填",
    hint_en="18 digits with the check digit; needed where people share a phone",
)
NAME = Column(
    key="name",
    zh="姓名",
    en="Name",
    most=80,
    hint_zh="只为核对时看，不保存",
    hint_en="for your own checking; it is kept nowhere",
    example="罗开明",
)
COLUMNS = (NAME, CLASS, PHONE, IDENTITY_NUMBER)


class RosterSheet(Struct, frozen=True, kw_only=True):
    """The good rows, all faults of the file, and where in the sheet what stands."""

    sheet: str
    letters: Mapping[str, str]
    """The column's letter, by the name of the row's field."""
    rows: tuple[RosterRow, ...]
    faults: tuple[SheetFault, ...]
    ignored: tuple[str, ...]


def read_roster(data: bytes) -> RosterSheet:
    """Read an XLSX or CSV; a list is one sheet, so that a row's number says which row it is."""
    read = read_sheet(data, COLUMNS, most_rows=MOST_ROWS)
    faults = list(read.faults)
    first = read.rows[0] if read.rows else None
    for sheet in sorted({row.sheet for row in read.rows} - ({first.sheet} if first else set())):
        faults.append(
            SheetFault(
                sheet=sheet, zh="一份名单只用一张工作表，请合并成一张", en="a list is one sheet: put them into one"
            )
        )
    rows = tuple(
        RosterRow(
            row=row.row,
            class_code=row.text(CLASS.key),
            phone=row.text(PHONE.key),
            identity_number=row.text(IDENTITY_NUMBER.key),
            name=row.text(NAME.key),
        )
        for row in read.rows
    )
    return RosterSheet(
        sheet=first.sheet if first else "",
        letters=first.letters if first else {},
        rows=rows,
        faults=tuple(faults),
        ignored=read.ignored,
    )
