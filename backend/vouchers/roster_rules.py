"""Which rows of a list (定向发放名单) are in good order, and whose is a row?

Pure. A row is known by keyed hashes of a phone or an identity number; whoever reads the list's file hands its rows over
as texts.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.identity.rules import is_identity_number
from backend.kernel.claimants import KeyKind
from backend.kernel.fen import yuan
from backend.kernel.refusals import Reason, Refused

MOST_ROWS = 5_000
MOST_FAULTS = 200
"""Of one list, told at once."""

_PHONE = re.compile(r"1[0-9]{10}")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")
_BLANKS = re.compile(r"[\s\-\u00a0\u3000]")


class RosterPlan(Struct, frozen=True, kw_only=True):
    """Which classes of the list a round serves; each person of them gets one voucher of the round's kind."""

    classes: tuple[str, ...]


class RosterState(StrEnum):
    """Where a list stands (名单状态)."""

    IMPORTED = "imported"
    """已导入，待另一人确认"""
    CONFIRMED = "confirmed"
    """已确认"""
    REJECTED = "rejected"
    """已退回"""


class Verdict(StrEnum):
    """What the second person says of a list."""

    CONFIRM = "confirm"
    """确认"""
    REJECT = "reject"
    """退回"""


class RosterReason(Reason):
    """Why a list, or a step with it, was refused."""

    NO_ROSTER_ROUND = (
        "no-roster-round",
        409,
        "这个活动没有可用的定向发放轮次",
        "The campaign has no round by list that still takes one",
    )
    NO_SUCH_ROSTER = "no-such-roster", 404, "没有这份名单", "No such list"
    ROSTER_DECIDED = "roster-decided", 409, "这份名单已经处理过了", "This list has been decided on already"
    SAME_IMPORTER = (
        "same-importer",
        409,
        "导入和确认必须是不同的人",
        "Whoever brought the list in cannot confirm it",
    )
    OVER_CAP = (
        "over-cap",
        409,
        "名单合计超过轮次额度",
        "The list asks for more than its round has",
    )
    LISTED_TWICE = (
        "listed-twice",
        409,
        "名单里有人已在本活动另一份名单上",
        "Somebody on the list is on another list of this campaign already",
    )
    NOT_A_ROSTER = "not-a-roster", 409, "这个轮次不按名单发放", "This round is not given by a list"
    TAKEN_ALREADY = "taken-already", 409, "这一份已经领过了", "This one has been taken already"


class RosterRow(Struct, frozen=True, kw_only=True):
    """One row as it was read from a file: texts, empty where the cell is; ``row`` is its number there."""

    row: int
    class_code: str
    phone: str = ""
    identity_number: str = ""
    name: str = ""
    """Read so that a sheet may have the column, compared with nothing and kept nowhere."""

    def __repr__(self) -> str:
        return f"RosterRow({self.row}, {self.class_code})"


class RowFault(Struct, frozen=True, kw_only=True):
    """What is wrong in which cell, and the mend in Chinese and English; never what the cell holds."""

    row: int
    column: str
    detail: str


class Served(Struct, frozen=True, kw_only=True):
    """A round that gives by list: which classes, how many pieces, at which public amount each."""

    round_id: UUID
    classes: frozenset[str]
    pieces: int
    public_fen: int


class EntryKeys(Struct, frozen=True, kw_only=True):
    """By what a row is recognised."""

    phone: bytes | None
    identity: bytes | None


def mended(row: RosterRow) -> RosterRow:
    """The row as it is meant: full-width digits, blanks and dashes are how people write numbers, not what they mean."""

    def number(text: str) -> str:
        return _BLANKS.sub("", text.translate(_FULL_WIDTH)).upper()

    return RosterRow(
        row=row.row,
        class_code=row.class_code.strip(),
        phone=number(row.phone),
        identity_number=number(row.identity_number),
        name=row.name.strip(),
    )


def row_faults(rows: Sequence[RosterRow], classes: Collection[str]) -> list[RowFault]:
    """Everything wrong with mended rows, in their order."""
    known = "、".join(sorted(classes))
    seen: dict[tuple[str, str], int] = {}
    faults: list[RowFault] = []
    for row in rows:
        faults += _cell_faults(row, classes, known)
        for column, value in (("phone", row.phone), ("identity_number", row.identity_number)):
            if value and (first := seen.setdefault((column, value), row.row)) != row.row:
                told = (
                    f"与第 {first} 行相同；一人一行，共用电话的请改填身份证号 / as in row {first}: one row a person; "
                    "who shares a phone is named by identity number"
                )
                faults.append(RowFault(row=row.row, column=column, detail=told))
    return faults[:MOST_FAULTS]


def _cell_faults(row: RosterRow, classes: Collection[str], known: str) -> Iterator[RowFault]:
    def fault(column: str, detail: str) -> RowFault:
        return RowFault(row=row.row, column=column, detail=detail)

    if row.class_code not in classes:
        yield fault("class_code", f"没有这个类别，可用：{known} / no such class, there are: {known}")
    if not row.phone and not row.identity_number:
        yield fault("phone", "手机号和身份证号至少填一项 / give the phone or the identity number")
    if row.phone and not _PHONE.fullmatch(row.phone):
        yield fault("phone", "请填 11 位手机号，以 1 开头 / an 11-digit mobile number that begins with 1")
    if row.identity_number and not is_identity_number(row.identity_number):
        yield fault("identity_number", "身份证号不对，请核对 18 位和校验码 / check all 18 digits and the check digit")
    if len(row.name) > 40:
        yield fault("name", "姓名最多 40 个字 / at most 40 characters")


def decide_cap(served: Sequence[Served], listed: Mapping[str, int]) -> Refused[RosterReason] | None:
    """Does what the list gives fit what each round has? ``None`` for yes, else the figures. ``listed`` by class."""
    for round_ in served:
        wanted = sum(count for code, count in listed.items() if code in round_.classes)
        if wanted > round_.pieces:
            asked, has = (yuan(count * round_.public_fen) for count in (wanted, round_.pieces))
            return Refused(
                RosterReason.OVER_CAP, f"名单 {wanted} 份共 {asked} 元，轮次额度 {round_.pieces} 份共 {has} 元"
            )
    return None


def by_class(rows: Sequence[RosterRow]) -> dict[str, int]:
    """How many rows each class has."""
    return dict(sorted(Counter(row.class_code for row in rows).items()))


def is_theirs(entry: EntryKeys, keys: Sequence[tuple[KeyKind, bytes]]) -> bool:
    """Is the row this person's? Their identity number counts before the phone, which may have had another owner."""
    numbers = {hashed for kind, hashed in keys if kind is KeyKind.IDENTITY}
    if entry.identity is not None and numbers:
        return entry.identity in numbers
    return entry.phone is not None and (KeyKind.PHONE, entry.phone) in keys


def roster_faults(plan: RosterPlan | None, *, pieces: int | None, station_pieces: int) -> Iterator[tuple[str, str]]:
    """(field of the round, mend) of everything in which a round by list contradicts itself."""
    if plan is None or not plan.classes:
        yield "roster", "定向发放轮次须写明发给名单里的哪些类别 / name the classes of the list that it serves"
    elif len(set(plan.classes)) != len(plan.classes):
        yield "roster/classes", "类别重复 / a class is named twice"
    if not pieces:
        yield "pieces", "定向发放轮次须有固定张数 / a round by list has a fixed number of pieces"
    if station_pieces:
        # Everybody on the list has one set aside for them, wherever they take it.
        yield "station_pieces", "名单上人人有份，不设驿站预留 / each has their own: no stations' share"
