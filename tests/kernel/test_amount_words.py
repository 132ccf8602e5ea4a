"""Amounts in Chinese capitals follow the published rules and can be read back."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.amount_words import in_capitals
from backend.kernel.fen import MOST_FEN

FIGURES = {figure: value for value, figure in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def read(text: str) -> int:
    """The fen of an amount in capitals, read as a person does: figure by figure."""
    if text.startswith("负"):
        return -read(text[1:])
    whole, yuan, part = text.partition("元")
    if not yuan:
        whole, part = "", text
    value = group = 0
    figure = 0
    for sign in whole:
        if sign in FIGURES:
            figure = FIGURES[sign]
        elif sign in PLACES:
            group, figure = group + figure * PLACES[sign], 0
        else:
            value, group, figure = value + (group + figure) * {"万": 10**4, "亿": 10**8}[sign], 0, 0
    fen = (value + group + figure) * 100
    for sign, following in pairwise(part):
        fen += FIGURES.get(sign, 0) * {"角": 10, "分": 1}.get(following, 0)
    return fen


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        # The examples that the rules themselves give.
        (140950, "壹仟肆佰零玖元伍角"),
        (600714, "陆仟零柒元壹角肆分"),
        (168032, "壹仟陆佰捌拾元零叁角贰分"),
        (10700053, "壹拾万柒仟元零伍角叁分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"),
        # What follows from them.
        (123456, "壹仟贰佰叁拾肆元伍角陆分"),
        (0, "零元整"),
        (1, "壹分"),
        (50, "伍角"),
        (100, "壹元整"),
        (1005, "壹拾元零伍分"),
        (2001000, "贰万零壹拾元整"),
        (10000000100, "壹亿零壹元整"),
        (10000500000, "壹亿零伍仟元整"),
        (100001000000, "壹拾亿零壹万元整"),
        (MOST_FEN, "壹仟亿元整"),
        (-320, "负叁元贰角"),
    ],
)
def test_an_amount_is_written_as_the_rules_say(fen: int, text: str) -> None:
    assert in_capitals(fen) == text


@given(st.one_of(st.integers(-MOST_FEN, MOST_FEN), st.integers(0, 10_000_000)))
def test_whoever_reads_it_gets_the_same_amount(fen: int) -> None:
    text = in_capitals(fen)
    assert read(text) == fen
    assert "零零" not in text
    assert text.endswith(("整", "角", "分"))


def test_no_amount_beyond_the_county_is_written() -> None:
    with pytest.raises(ValueError, match="large"):
        in_capitals(MOST_FEN + 1)
