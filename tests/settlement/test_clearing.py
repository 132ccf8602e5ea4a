"""A clearing file adds up, has one form, and is refused when its content cannot be true."""

import random
from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.fen import MOST_FEN
from backend.settlement.papers.clearing import (
    ClearingItem,
    ClearingProblem,
    canonical_csv,
    canonical_json,
    clearing_of,
    file_name,
    signed_clearing,
)
from backend.settlement.papers.clearing_reading import read_clearing_csv, read_clearing_json
from backend.settlement.papers.delimited import NotDelimited, guarded, read_rows, unguarded, write_rows
from tests.protocols.known_keys import COUNTY, ISSUER, ISSUER_KID, trust_list

DAY = date(2026, 10, 8)
texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8)
merchants = st.integers(1, 4)


def item(no: int = 1, amount_fen: int = 5000, **changes: Any) -> ClearingItem:
    values: dict[str, Any] = {
        "merchant_id": UUID(int=1),
        "merchant_name": "老街面馆",
        "campaign_id": UUID(int=9),
        "payer": "government",
        "line_key": "catering",
        "kind": "redemption",
        "act_id": UUID(int=no),
        "business_day": DAY,
        "amount_fen": amount_fen,
        "held": False,
    }
    return ClearingItem(**values | changes)


@st.composite
def many(draw: st.DrawFn) -> list[ClearingItem]:
    """Items of some merchants with any names, none twice."""
    names = [draw(texts) for _ in range(5)]
    items = []
    for no in range(draw(st.integers(0, 12))):
        merchant = draw(merchants)
        kind = draw(st.sampled_from(["redemption", "refund", "incident"]))
        amount = draw(st.integers(1, MOST_FEN)) * (-1 if kind == "refund" else 1)
        more = {"kind": kind, "held": draw(st.booleans()), "line_key": draw(texts)}
        more |= {"merchant_id": UUID(int=merchant), "merchant_name": names[merchant]}
        items.append(item(no, amount, payer=draw(st.sampled_from(["government", "platform"])), **more))
    return items


@given(many(), st.randoms())
def test_any_items_in_any_order_make_one_file_that_adds_up_and_is_read_back(
    items: list[ClearingItem], chance: random.Random
) -> None:
    file = signed_clearing(clearing_of(COUNTY, DAY, items, demonstration=True), key=ISSUER, kid=ISSUER_KID)
    chance.shuffle(items)
    again = signed_clearing(clearing_of(COUNTY, DAY, items, demonstration=True), key=ISSUER, kid=ISSUER_KID)
    assert (canonical_json(again), canonical_csv(again)) == (canonical_json(file), canonical_csv(file))
    assert file.total_fen == sum(one.amount_fen for one in items) == sum(one.amount_fen for one in file.merchants)
    assert file.held_fen == sum(one.amount_fen for one in items if one.held)
    owed: Counter[UUID] = Counter()
    for one in items:
        owed[one.merchant_id] += one.amount_fen
    assert {one.merchant_id: one.amount_fen for one in file.merchants} == owed
    assert read_clearing_json(canonical_json(file), trust=trust_list()) == file
    assert isinstance(file.signature, str)
    assert read_clearing_csv(canonical_csv(file), signature=file.signature, trust=trust_list()) == file


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ([item(), item()], "one part"),
        ([item(amount_fen=0)], "redemption of 0"),
        ([item(amount_fen=-1)], "redemption of -1"),
        ([item(kind="refund")], "refund of 5000"),
        ([item(kind="incident", amount_fen=0)], "incident of 0"),
        ([item(amount_fen=MOST_FEN + 1)], "redemption of"),
        ([item(merchant_name="面馆\n")], "sign"),
        ([item(1), item(2, merchant_name="面馆二")], "one name"),
    ],
)
def test_what_cannot_be_true_makes_no_file(items: list[ClearingItem], told: str) -> None:
    with pytest.raises(ClearingProblem, match=told):
        clearing_of(COUNTY, DAY, items, demonstration=False)


def test_a_county_that_is_none_makes_no_file() -> None:
    with pytest.raises(ClearingProblem, match="six figures"):
        clearing_of("junlian", DAY, [], demonstration=False)


def test_both_payers_may_pay_parts_of_one_act() -> None:
    file = clearing_of(COUNTY, DAY, [item(), item(payer="platform", amount_fen=1)], demonstration=False)
    assert [one.payer for one in file.items] == ["government", "platform"]
    assert msgspec.json.decode(canonical_json(file))["merchants"][0]["amount_fen"] == 5001


def test_a_download_says_whose_and_which_day_it_is() -> None:
    real = clearing_of(COUNTY, DAY, [], demonstration=False)
    assert file_name(real, "csv") == "clearing-511527-2026-10-08.csv"
    invented = clearing_of(COUNTY, DAY, [], demonstration=True)
    assert file_name(invented, "json") == "clearing-511527-2026-10-08-demonstration.json"


@given(st.text(max_size=12))
def test_a_guarded_text_runs_nowhere_and_comes_back(text: str) -> None:
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert unguarded(guarded(text)) == text


cells = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)


@given(st.lists(st.lists(cells, min_size=2, max_size=4), max_size=5), st.sampled_from(",|\t;"))
def test_any_cells_come_back_from_delimited_text(rows: list[list[str]], delimiter: str) -> None:
    assert read_rows(write_rows(rows, delimiter=delimiter), delimiter=delimiter) == rows


@pytest.mark.parametrize(("text", "line"), [('a,"b\r\nc', 2), ("a\r\nb\0,c\r\n", 2), ('a\r\n"b"c,d\r\n', 2)])
def test_a_broken_table_names_its_line(text: str, line: int) -> None:
    with pytest.raises(NotDelimited) as broken:
        read_rows(text)
    assert broken.value.line == line
