"""How do Chinese and English stand in straight columns on a terminal? A Chinese character is two columns wide."""

from collections.abc import Sequence
from unicodedata import east_asian_width


def width(text: str) -> int:
    """Columns on the screen."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows below their head, two spaces apart, indented by two."""
    widths = [max(width(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = []
    for row in (head, ["─" * wide for wide in widths], *rows):
        cells = [cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)]
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)
