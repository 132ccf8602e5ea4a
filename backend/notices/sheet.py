"""What do all pages of notices have in common: head, county, languages, large letters, foot?

A page is plain HTML with one small style sheet: it needs no program in the browser, and can be printed and passed on.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

from msgspec import Struct

from backend.database.county import CountyEntry
from backend.kernel.filings import filing_links
from backend.notices.style import STYLE
from backend.notices.terms_rules import Both, moment
from backend.web.markup import Child, Html, document, element, joined, seen

STYLE_PATH = "/notice/notice.css"
ICON_PATH = "/notice/icon.svg"
STYLE_ADDRESS = f"{STYLE_PATH}?v={sha256(STYLE.encode()).hexdigest()[:12]}"
MOST_DESCRIBED = 120
_FIGURE = re.compile(r"-?[\d,]+(\.\d+)?")


class View(Struct, frozen=True, kw_only=True):
    """How a page is looked at: whose it is, in which language, how large, and at which address."""

    entry: CountyEntry
    english: bool
    elder: bool
    origin: str
    """Scheme and host, for what is passed on."""
    path: str

    def say(self, zh: str, en: str) -> str:
        """In the language of the page."""
        return en if self.english else zh

    def named(self, both: Both) -> str:
        """A pair in the language of the page; Chinese where there is no English."""
        return both[1] if self.english and both[1] else both[0]

    def here(self, path: str, *, english: bool | None = None, elder: bool | None = None, **more: str) -> str:
        """An address that keeps language and size."""
        asked = dict(more)
        if self.english if english is None else english:
            asked["lang"] = "en"
        if self.elder if elder is None else elder:
            asked["text"] = "elder"
        query = "&".join(f"{name}={quote(value)}" for name, value in asked.items())
        return f"{path}?{query}" if query else path


def page(view: View, *, title: str, description: str, picture: str | None, body: Sequence[Child]) -> bytes:
    """One whole page."""
    return document(
        "en" if view.english else "zh-CN",
        _head(view, title, description, picture),
        element(
            "body",
            element("a", view.say("跳到正文", "Skip to the text"), class_="skip", href="#text"),
            _top(view),
            element("main", element("h1", title), body, id="text"),
            _foot(view),
        ),
        mode="elder" if view.elder else "standard",
    )


def _head(view: View, title: str, description: str, picture: str | None) -> Html:
    told = seen(" ".join(description.split()))[:MOST_DESCRIBED]
    county = view.named((view.entry.name_zh, view.entry.name_en))
    shared = [
        ("og:type", "article"),
        ("og:title", title),
        ("og:description", told),
        ("og:site_name", county),
        ("og:url", f"{view.origin}{view.path}"),
    ]
    if picture:
        shared.append(("og:image", f"{view.origin}/media/{picture}-720.webp"))
    return joined(
        [
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", f"{title} · {county}"),
            element("meta", name="description", content=told),
            element("meta", name="color-scheme", content="light dark"),
            (element("meta", property=name, content=value) for name, value in shared),
            element("link", rel="stylesheet", href=STYLE_ADDRESS),
            element("link", rel="icon", type="image/svg+xml", href=ICON_PATH),
        ]
    )


def _top(view: View) -> Html:
    county = view.named((view.entry.name_zh, view.entry.name_en))
    large = view.say("标准字号", "Standard letters") if view.elder else view.say("长辈版（大字）", "Large letters")
    return element(
        "header",
        element(
            "p",
            element("a", county, href=view.here("/notice/")),
            element("span", view.say("演示数据", "Demonstration data"), class_="mark")
            if view.entry.demonstration
            else None,
        ),
        element(
            "nav",
            element("a", view.say("全部公开信息", "All notices"), href=view.here("/notice/")),
            element(
                "a",
                view.say("English", "中文"),
                href=view.here(view.path, english=not view.english),
                lang=view.say("en", "zh-CN"),
            ),
            element("a", large, href=view.here(view.path, elder=not view.elder)),
            aria_label=view.say("导航", "Navigation"),
        ),
    )


def _foot(view: View) -> Html:
    entry = view.entry
    phone = entry.help_phone
    filings = [
        element("a", text, href=address, lang="zh-CN", rel="noreferrer")
        if address
        else element("span", text, lang="zh-CN")
        for text, address in filing_links(entry.icp_filing, entry.police_filing)
    ]
    return element(
        "footer",
        element("p", view.say("服务热线：", "Helpline: "), element("a", phone, href=f"tel:{phone}")) if phone else None,
        element("p", view.say("以上数据全部为虚构的演示数据。", "All of this is invented demonstration data."))
        if entry.demonstration
        else None,
        element("p", joined(filings), class_="filings") if filings else None,
    )


def icon(colour: str) -> bytes:
    """A square of the county's own colour, for the browser's tab."""
    square = element("rect", width=32, height=32, rx=7, fill=colour)
    return element("svg", square, xmlns="http://www.w3.org/2000/svg", width=32, height=32).text.encode()


def section(title: str, *children: Child) -> Html:
    """A part of a page under its heading."""
    return element("section", element("h2", title), *children)


def facts(rows: Sequence[tuple[str, Child]]) -> Html:
    """Names and values; rows without a value are left out."""
    return element(
        "dl",
        (element("div", element("dt", name), element("dd", value)) for name, value in rows if value not in ("", None)),
    )


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[Child]], *, stacked: bool = False) -> Html:
    """A table whose first column names the row. A ``stacked`` one lies in lines below each other on a phone.

    Columns of figures stand at their right edge, so that they can be compared.
    """
    labels = heads[1:] if stacked else [None] * (len(heads) - 1)
    figures = ["figure" if rows and all(_is_figure(row[no]) for row in rows) else None for no in range(len(heads))]
    return element(
        "div",
        element(
            "table",
            element("caption", caption),
            element(
                "thead",
                element(
                    "tr",
                    (
                        element("th", head, scope="col", class_=figure)
                        for head, figure in zip(heads, figures, strict=True)
                    ),
                ),
            ),
            element("tbody", (_row(row, labels, figures[1:]) for row in rows)),
            class_="stacked" if stacked else None,
        ),
        class_="wide",
        tabindex=0,
        role="region",
        aria_label=caption,
    )


def _is_figure(cell: Child) -> bool:
    return isinstance(cell, str) and _FIGURE.fullmatch(cell) is not None


def _row(row: Sequence[Child], labels: Sequence[str | None], figures: Sequence[str | None]) -> Html:
    cells = zip(row[1:], labels, figures, strict=True)
    return element(
        "tr",
        element("th", row[0], scope="row"),
        (element("td", cell, data_label=label, class_=figure) for cell, label, figure in cells),
    )


def sentences(lines: Sequence[str]) -> Html:
    """One sentence a line."""
    return element("ul", (element("li", line) for line in lines))


def paragraphs(text: str) -> list[Html]:
    """A text with its line breaks."""
    return [element("p", line) for line in text.split("\n") if line.strip()]


def told_at(view: View, at: datetime) -> str:
    """An instant on the county's clock, with the zone's name."""
    return moment(at) + view.say("（北京时间）", " (Beijing time)")
