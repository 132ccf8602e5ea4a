"""Can a text become markup, lead elsewhere, or turn round what stands beside it?"""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.filings import filing_links
from backend.web.markup import document, element, joined, seen


class Read(HTMLParser):
    """What a browser would understand."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.values: list[str | None] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.values += [value for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text())
def test_a_text_stays_a_text_wherever_it_stands(text: str) -> None:
    read = Read(element("p", text, title=text).text)
    assert read.tags == ["p"]
    # Reading HTML makes one line break of each kind there is.
    shown = seen(text)
    assert (read.text, read.values) == (shown, [shown])


@pytest.mark.parametrize(
    "address",
    [
        *("javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//evil.example/"),
        *("https://beian.miit.gov.cn.evil.example/", "https://beian.miit.gov.cn/evil", "http://beian.miit.gov.cn/"),
        *("https://evil.example/", "/\\evil.example", "\\\\evil.example", "evil", "", "tel:1;url=x"),
    ],
)
def test_no_address_leads_out_of_the_county(address: str) -> None:
    with pytest.raises(ValueError, match="leads out"):
        element("a", "x", href=address)


@pytest.mark.parametrize(
    "address", ["/notice/", "/notice/?lang=en&text=elder", "#text", "?lang=en", "tel:0831-771 0000"]
)
def test_addresses_within_the_county_are_kept(address: str) -> None:
    assert Read(element("a", "x", href=address).text).values == [address]


def test_only_the_two_registers_of_sites_may_be_led_to() -> None:
    for icp, police in (("蜀ICP备2026000001号-1", "川公网安备51152700000001号"), ("", "川公网安备51152700000001号")):
        for text, address in filing_links(icp, police):
            assert Read(element("a", text, href=address).text).values == [address]
    assert filing_links("蜀ICP备1号<", "川公网安备5115号") == [("蜀ICP备1号<", None), ("川公网安备5115号", None)]
    assert filing_links("", "") == []


def test_names_are_ours_alone() -> None:
    for name in ("script>", "p onclick", "P"):
        with pytest.raises(ValueError, match="is no element"):
            element(name)
    with pytest.raises(ValueError, match="is no attribute"):
        element("p", onclick="x")


def test_signs_that_turn_the_writing_are_left_out() -> None:
    assert seen("惠\u202e民\u2066券\u200f\u061c\ufeff") == "惠民券"
    assert element("p", "a\u202eb").text == "<p>ab</p>"


def test_what_is_missing_is_left_out() -> None:
    assert joined([None, "a", [1, [element("b", 2)]]]).text == "a1<b>2</b>"
    assert element("a", class_=None, hidden=True, data_x=0).text == '<a hidden data-x="0"></a>'
    assert re.match(rb"<!doctype html>\n<html lang=\"en\"", document("en", joined([]), joined([]), mode="elder"))
