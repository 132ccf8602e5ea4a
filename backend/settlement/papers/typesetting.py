"""Where does a line of Chinese end? Anywhere, except before signs that close and after signs that open."""

from collections.abc import Callable
from typing import Final

NEVER_FIRST: Final = frozenset("，。、；：？！）》〉」』】〕”’…—·％‰℃,.;:?!)]}%")
NEVER_LAST: Final = frozenset("（《〈「『【〔“‘￥＄([{")
MISSING: Final = "〓"
"""What printers set for a character that their case does not hold (the geta mark)."""

_LATIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./@"


def broken(text: str, width: float, width_of: Callable[[str], float]) -> list[str]:
    """The text in lines not wider than ``width``; words and figures stay whole where they fit on a line at all."""
    lines, line = [], ""
    for piece in _pieces(text):
        if not line or width_of(line + piece) <= width:
            line += piece
            continue
        line, carried = _carried(line, piece)
        lines.append(line)
        line = carried
    lines.append(line)
    return [part for whole in lines for part in _cut(whole.strip(), width, width_of)] or [""]


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for sign in text:
        if pieces and sign in _LATIN and pieces[-1][-1] in _LATIN:
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


def _carried(line: str, piece: str) -> tuple[str, str]:
    """Where the line really ends, and what stands at the beginning of the next."""
    end = len(line)
    while end > 1 and (line[end:] + piece)[0] in NEVER_FIRST:
        end -= 1
    while end > 1 and line[end - 1] in NEVER_LAST:
        end -= 1
    return line[:end], line[end:] + piece


def _cut(line: str, width: float, width_of: Callable[[str], float]) -> list[str]:
    if width_of(line) <= width or len(line) < 2:
        return [line] if line else []
    end = next((end for end in range(len(line), 1, -1) if width_of(line[:end]) <= width), 1)
    return [line[:end], *_cut(line[end:], width, width_of)]
