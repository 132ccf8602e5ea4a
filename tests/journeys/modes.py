"""In which modes is a page looked at? Three sizes, two languages, three looks: all, or so few that each pair occurs."""

from itertools import product
from typing import NamedTuple

from playwright.sync_api import ViewportSize

SIZES = (
    ViewportSize(width=360, height=640),
    ViewportSize(width=768, height=1024),
    ViewportSize(width=1280, height=800),
)
LANGUAGES = ("zh", "en")
LOOKS = ("normal", "elder", "dark")

LARGEST = ViewportSize(width=320, height=640)
"""The narrowest phone, on which the largest letters are looked at."""


class Mode(NamedTuple):
    """How somebody sees a page."""

    size: ViewportSize
    language: str
    look: str

    @property
    def text(self) -> str:
        """The size of letters, as the settings name it."""
        return "elder" if self.look == "elder" else "standard"

    @property
    def scheme(self) -> str:
        """By day or by night."""
        return "dark" if self.look == "dark" else "light"

    def __str__(self) -> str:
        return f"{self.size['width']} {self.language} {self.look}"


def all_modes() -> list[Mode]:
    """Every one of them."""
    return [Mode(*chosen) for chosen in product(SIZES, LANGUAGES, LOOKS)]


def few_modes(nth: int) -> list[Mode]:
    """Three for the n-th page: each size, each look and both languages; six pages in a row see every pair of the three.

    Modes of one language stand together, and the next page begins with the one that this page ended with: changing the
    language is what takes time.
    """
    chosen = [Mode(size, LANGUAGES[(at + nth) % 2], LOOKS[(at + nth) % 3]) for at, size in enumerate(SIZES)]
    return sorted(chosen, key=lambda mode: mode.language, reverse=nth % 2 == 0)
