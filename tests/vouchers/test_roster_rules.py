"""A list's rows are looked at one by one, and every fault names row, column and the mend; never what the cell holds."""

from datetime import date

import pytest

from backend.demonstration.unassignable import identity_number
from backend.kernel.claimants import KeyKind
from backend.kernel.refusals import Refused
from backend.vouchers.roster_rules import (
    MOST_FAULTS,
    EntryKeys,
    RosterReason,
    RosterRow,
    Served,
    by_class,
    decide_cap,
    is_theirs,
    mended,
    row_faults,
)
from tests.vouchers.campaigns import RULE

NUMBER = identity_number(date(1949, 3, 2), 1)
CLASSES = {"low-income", "destitute"}


def row(number: int = 1, **cells: str) -> RosterRow:
    return RosterRow(**({"row": number, "class_code": "low-income", "phone": "15405000001"} | cells))  # type: ignore[arg-type]  # cells are texts


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"class_code": "rich"}, "class_code"),
        ({"class_code": ""}, "class_code"),
        ({"phone": ""}, "phone"),
        ({"phone": "1540500000"}, "phone"),
        ({"phone": "05405000001"}, "phone"),
        ({"phone": "154050000012"}, "phone"),
        ({"identity_number": NUMBER[:-1]}, "identity_number"),
        ({"identity_number": NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")}, "identity_number"),
        ({"name": "名" * 41}, "name"),
    ],
)
def test_each_cell_that_will_not_do_is_named_with_the_mend(cells: dict[str, str], column: str) -> None:
    (fault,) = row_faults([mended(row(7, **cells))], CLASSES)
    assert (fault.row, fault.column) == (7, column)
    zh, _, en = fault.detail.partition(" / ")
    assert zh
    assert en
    assert not [value for value in cells.values() if value and value in fault.detail]


def test_numbers_are_read_as_people_write_them() -> None:
    written = row(
        phone="１５４ 0500-0001", identity_number=f" {NUMBER[:6]} {NUMBER[6:].lower()} ", class_code=" low-income "
    )
    assert mended(written) == row(identity_number=NUMBER)
    assert row_faults([mended(written)], CLASSES) == []


def test_one_person_twice_is_told_with_both_rows() -> None:
    rows = [
        row(2),
        row(3, phone="15405000002", identity_number=NUMBER),
        row(9),
        row(10, phone="", identity_number=NUMBER),
    ]
    faults = row_faults(rows, CLASSES)
    assert [(fault.row, fault.column) for fault in faults] == [(9, "phone"), (10, "identity_number")]
    assert "第 2 行" in faults[0].detail
    assert "row 3" in faults[1].detail


def test_a_list_that_is_wrong_throughout_is_told_in_an_answer_of_bounded_size() -> None:
    assert len(row_faults([row(number, class_code="x") for number in range(1, 900)], CLASSES)) == MOST_FAULTS


def test_what_the_list_gives_must_fit_each_round_and_the_figures_are_told() -> None:
    served = [
        Served(round_id=RULE, classes=frozenset({"low-income"}), pieces=2, public_fen=5_000),
        Served(round_id=RULE, classes=frozenset({"low-income", "destitute"}), pieces=3, public_fen=10_000),
    ]
    assert decide_cap(served, {"low-income": 2, "destitute": 1}) is None
    refused = decide_cap(served, {"low-income": 2, "destitute": 2})
    assert refused == Refused(RosterReason.OVER_CAP, "名单 4 份共 400.00 元，轮次额度 3 份共 300.00 元")
    refused = decide_cap(served, {"low-income": 3})
    assert refused == Refused(RosterReason.OVER_CAP, "名单 3 份共 150.00 元，轮次额度 2 份共 100.00 元")


def test_classes_are_counted() -> None:
    rows = [row(1), row(2, class_code="destitute"), row(3)]
    assert by_class(rows) == {"destitute": 1, "low-income": 2}


PHONE, OTHER_PHONE, ONE, TWO = (bytes([n]) * 32 for n in range(4))


@pytest.mark.parametrize(
    ("entry", "keys", "theirs"),
    [
        (EntryKeys(phone=PHONE, identity=None), [(KeyKind.PHONE, PHONE)], True),
        (EntryKeys(phone=PHONE, identity=None), [(KeyKind.PHONE, OTHER_PHONE)], False),
        (EntryKeys(phone=PHONE, identity=None), [(KeyKind.CARD, PHONE)], False),
        (EntryKeys(phone=None, identity=ONE), [(KeyKind.PHONE, PHONE)], False),
        (EntryKeys(phone=None, identity=ONE), [(KeyKind.PHONE, PHONE), (KeyKind.IDENTITY, ONE)], True),
        (EntryKeys(phone=PHONE, identity=ONE), [(KeyKind.PHONE, PHONE)], True),
        (EntryKeys(phone=PHONE, identity=ONE), [(KeyKind.PHONE, PHONE), (KeyKind.IDENTITY, TWO)], False),
        (EntryKeys(phone=PHONE, identity=ONE), [(KeyKind.PHONE, OTHER_PHONE), (KeyKind.IDENTITY, ONE)], True),
        (EntryKeys(phone=PHONE, identity=None), [(KeyKind.PHONE, PHONE), (KeyKind.IDENTITY, TWO)], True),
    ],
)
def test_a_row_is_its_persons_and_a_proven_number_counts_before_a_phone(
    entry: EntryKeys, keys: list[tuple[KeyKind, bytes]], theirs: bool
) -> None:
    assert is_theirs(entry, keys) is theirs
