"""Is what people read in Chinese set as Chinese is: with signs as wide as its letters?"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house.source import PROGRAM, ROOT, listed, pwa_files, python, texts

HAN = r"[\u4e00-\u9fff]"
CLOSED = r"[\u4e00-\u9fff”』》〉）]"
NARROW = re.compile(
    rf"{CLOSED}\s?[,;:!?](?=\s?[\u4e00-\u9fff“《（\d{{]|$)"  # After a Chinese letter, before another or a figure.
    rf"|[\w}}%][,;:!?](?={HAN})|\}}[,;:!?](?=\{{)"  # After a figure or a value.
    rf"|{HAN}\(|\({HAN}|{HAN}\)"
)
ENGLISH = re.compile(r"[A-Za-z]{2,},? [A-Za-z]{2,}")
"""Two words in a row: an English sentence, which may name something in Chinese."""
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\w])//[^\n]*|<!--.*?-->", re.DOTALL)


def narrow(text: str) -> list[str]:
    """The places in a text where a sign is too narrow; of a text in both languages only the Chinese half.

    What stands in quotation marks may be what a file has to hold, letter by letter.
    """
    unquoted = re.sub(r"“[^”]*”", "“引用”", text)
    halves = [half for half in unquoted.split(" / ") if re.search(HAN, half) and not ENGLISH.search(half)]
    return [half[max(0, m.start() - 12) : m.end() + 12] for half in halves for m in NARROW.finditer(half)]


def strings(value: Any) -> Iterator[str]:
    """Every text in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inside in value.items():
            if not key.startswith("_"):
                yield from strings(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from strings(inside)


def documents() -> Iterator[tuple[Path, Any]]:
    """Fixtures that hold words for people."""
    for path in sorted((ROOT / "fixtures").rglob("*")):
        if path.suffix == ".json" and path.name != "openapi.json":
            yield path, json.loads(path.read_text())
        elif path.suffix == ".toml":
            yield path, tomllib.loads(path.read_text())


def test_the_county_speaks_with_chinese_signs() -> None:
    found = [
        f"{source.name}: {place}"
        for source in python(*PROGRAM, "fixtures")
        for text in texts(source.tree)
        for place in narrow(text)
    ]
    assert not found, listed(found)


def test_data_and_vectors_are_set_with_chinese_signs() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {place}"
        for path, document in documents()
        for text in strings(document)
        for place in narrow(text)
    ]
    assert not found, listed(found)


def test_pages_are_set_with_chinese_signs() -> None:
    """Catalogues, and whatever stands in a template or a program beside them."""
    found = [
        f"{path.relative_to(ROOT)}: {place}"
        for path in (*pwa_files(), *sorted((ROOT / "pwa" / "apps").glob("*/index.html")))
        for line in COMMENT.sub("", path.read_text()).splitlines()
        for place in narrow(line)
    ]
    assert not found, listed(found)


@pytest.mark.parametrize(
    "text",
    [
        "今天太多,请明天再来",
        "活动名称: 请填写",
        "验证码 {code},{minutes} 分钟",
        "写成 08:30,最晚 24:00 / at most",
        "商户(演示)",
        "好的,",
    ],
)
def test_a_narrow_sign_is_found(text: str) -> None:
    assert narrow(text)


@pytest.mark.parametrize(
    "text",
    [
        "今天太多，请明天再来",
        "北京时间 08:30，到 24:00",
        "请填 1,234.50 元",
        "三位 / three, not four",
        "names (银江村) as people say",
    ],
)
def test_what_is_well_set_is_left_alone(text: str) -> None:
    assert narrow(text) == []
