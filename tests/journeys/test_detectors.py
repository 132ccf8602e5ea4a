"""Do the detectors see what they are for, and nothing where all is well? On small pages made for it."""

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.looking import ask
from tests.journeys.wording import raw_words

pytestmark = pytest.mark.journey

WELL = """
<html lang="zh-CN"><title>好</title><style>p { margin: 0; line-height: 1.5; font-size: 18px } p + p { margin-top: 36px }
button { min-width: 60px; min-height: 60px; font-size: 18px; line-height: 1.5 }</style>
<p>这里是第一段话，写得足够长，读得懂。</p><p>这里是第二段话，也写得足够长，读得懂。</p>
<div style="overflow: auto; height: 20px"><p>可以滚动看到的<br>两行</p></div>
<button>领取</button>
"""
CUT = '<div style="overflow: hidden; width: 3em; white-space: nowrap">这一行字放不下</div>'
DOTS = '<div style="overflow: hidden; width: 4em; white-space: nowrap; text-overflow: ellipsis">用点点代替的字</div>'
LOW = '<div style="overflow: hidden; height: 12px; font-size: 20px">只看得到一半的字</div>'
OVER = '<div style="position: relative"><b>下面的字</b><i style="position: absolute; left: 0">上面的字</i></div>'
HIDDEN = '<span style="position: absolute; overflow: hidden; width: 1px; height: 1px">只读出来的字，不算被截断</span>'


@pytest.fixture(scope="module")
def blank(chromium: Browser) -> Page:
    """A page without anything on it."""
    return chromium.new_page(viewport={"width": 320, "height": 600})


def seen(blank: Page, content: str) -> dict[str, list[object]]:
    """What is found, where something is."""
    blank.set_content(WELL + content)
    return {what: found for what, found in ask(blank, "seen", True).items() if found}


def test_nothing_is_found_where_all_is_well(blank: Page) -> None:
    assert seen(blank, HIDDEN) == {}
    assert raw_words(ask(blank, "words")) == {}


@pytest.mark.parametrize("content", [CUT, DOTS, LOW])
def test_text_that_is_cut_is_found(blank: Page, content: str) -> None:
    found = seen(blank, content)
    assert len(found["cut"]) == 1


def test_text_that_lies_on_other_text_is_found(blank: Page) -> None:
    assert seen(blank, OVER)["overlapping"] == ["下面的字 × 上面的字"]


def test_what_elders_cannot_use_is_found(blank: Page) -> None:
    small = '<div style="font-size: 17px; line-height: 1.5">小字</div><a href="#">窄</a>'
    close = '<div style="font-size: 18px; line-height: 1.2">挤在一起的行</div>'
    paragraphs = (
        '<p>第一段，说明这是怎么一回事，请看。</p><p style="margin-top: 30px">第二段，离得太近了，应该远一些。</p>'
    )
    found = seen(blank, small + close + paragraphs)
    assert found["letters"] == ["17: 小字", "16: 窄"]
    assert len(found["targets"]) == 1
    assert found["lines"] == ["NaN: 窄", "1.20: 挤在一起的行"]
    assert len(found["paragraphs"]) == 1


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("编号 01a22765-66d9-78d0-ad0e-637cca2e83bb", "an id"),
        ("指纹 b8f2840fd33a12d7fa623051069b16ec", "an id"),
        ("2026-11-20T02:00:00Z", "a stamp"),
        ("截至 2026-11-20", "a stamp"),
        ("剩 undefined 张", "nothing"),
        ("NaN", "nothing"),
        ("[object Object]", "nothing"),
        ("状态 in_review", "a name in a program"),
        ("还剩 {count} 张", "a name in a program"),
        ("state.loading", "a key of a catalogue"),
        ("not-eligible", "a word of an enumeration"),
        ("已经 running 了", "English in Chinese"),
    ],
)
def test_words_for_programs_are_found(blank: Page, text: str, what: str) -> None:
    blank.set_content(WELL)
    blank.evaluate(
        "(text) => document.body.append(Object.assign(document.createElement('p'), { textContent: text }))", text
    )
    assert what in raw_words(ask(blank, "words"))


def test_words_marked_as_another_language_or_as_no_word_are_left_alone(blank: Page) -> None:
    blank.set_content(WELL + '<p lang="en">English words</p><p translate="no">old-gate-douhua</p><p>BCD-310WM</p>')
    assert raw_words(ask(blank, "words")) == {}


def test_a_name_that_is_only_read_aloud_is_read_too(blank: Page) -> None:
    blank.set_content(WELL + '<button aria-label="state.loading">好</button>')
    assert raw_words(ask(blank, "words")) == {
        "a key of a catalogue": ["state.loading"],
        "English in Chinese": ["loading state: state.loading"],
    }
