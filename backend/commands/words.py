"""How does a command speak to the person at the terminal? Chinese first, English below or beside."""

import sys

from backend.kernel.instants import elapsed_seconds

_BEGUN = elapsed_seconds()


class Stop(Exception):
    """The command cannot go on; both texts say why and what to do about it."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def say(zh: str, en: str) -> None:
    """One fact in both languages, at once: a person who waits must see that something moves."""
    print(f"{zh} · {en}", flush=True)


def counted(count: int, one: str, many: str) -> str:
    """``1 station``, ``13 stations``."""
    return f"{count} {one if count == 1 else many}"


def complain(zh: str, en: str) -> None:
    """Why it stopped, on standard error, one language a line."""
    print(f"{zh}\n{en}", file=sys.stderr, flush=True)


def since_start() -> float:
    """Seconds since this process had loaded its first words."""
    return elapsed_seconds() - _BEGUN
