"""How is HTML written so that no text can become markup? By construction: whatever is no ``Html`` is escaped.

Made for pages that work without a program in the browser. There is no way to put raw text into a page but ``Html``
itself, which only this module makes. Signs that turn the direction of writing, and control signs, are left out: a title
must not be able to turn round what stands beside it.
"""

import html
import re
from collections.abc import Iterable
from typing import TypeAlias

from msgspec import Struct

_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_REGISTERS = r"https://beian\.miit\.gov\.cn/|https://beian\.mps\.gov\.cn/#/query/webSearch\?code=[0-9]{14}"
"""The two ministries' registers of sites, which the law wants every footer to lead to."""
_OPEN = re.compile(rf"/(?!/)[^\\]*|[#?][^\\]*|tel:[0-9+ -]+|{_REGISTERS}")
_VOID = frozenset({"meta", "link", "br", "hr", "img"})
_ADDRESSES = frozenset({"href", "src"})


class Html(Struct, frozen=True):
    """A piece of HTML that is safe to stand in a page."""

    text: str


Child: TypeAlias = "Html | str | int | Iterable[Child] | None"


def seen(text: str) -> str:
    """The text without signs that nobody sees."""
    return _UNSEEN.sub("", text)


def element(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Html:
    """One element. ``class_`` is ``class``, ``og_x`` stays as it is named; ``None`` and ``False`` leave one out.

    Raises ``ValueError`` for an address that leads elsewhere: to another host, or to a script.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name} is no element")
    told = "".join(_attribute(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{name}{told}>")
    return Html(f"<{name}{told}>{joined(children).text}</{name}>")


def _attribute(name: str, value: str | int | bool | None) -> str:
    if not _NAME.fullmatch(name) or name.startswith("on"):
        raise ValueError(f"{name} is no attribute of ours")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    text = seen(str(value))
    if name in _ADDRESSES and not _OPEN.fullmatch(text):
        raise ValueError(f"{text} leads out of the county")
    return f' {name}="{html.escape(text, quote=True)}"'


def joined(children: Iterable[Child]) -> Html:
    """Pieces one after the other; texts are escaped."""
    return Html("".join(_text(child) for child in children))


def _text(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child.text
    if isinstance(child, str | int):
        return html.escape(seen(str(child)), quote=True)
    return joined(child).text


def document(language: str, head: Html, body: Html, *, mode: str) -> bytes:
    """A whole page."""
    root = element("html", element("head", head), body, lang=language, data_text=mode)
    return f"<!doctype html>\n{root.text}\n".encode()
