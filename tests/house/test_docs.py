"""Do README, ARCHITECTURE and the decisions name only what exists?"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from backend.__main__ import COMMANDS
from tests.house.source import OURS, ROOT, listed, python
from tests.house.test_routes import described

DECISIONS = ROOT / "backend" / "decisions"
MADE_LATER = {
    "pwa/dist/",
    ".venv/bin/yizhan",
    "tests/bench/results.md",
    "counties.json",
    "var/demo",
    "working-days.json",
}
"""What is made on the spot: by setting up, by measuring, by a county's folder."""
OTHER_PROGRAMS = {"git", "make", "python3", "python3-venv", "executemany", "cbor2", "base45"}
PARTS = ("Context", "Decision", "Consequences", "Alternatives", "Held by")
MOST_README_LINES = 150


@cache
def documents() -> dict[str, str]:
    """Each document of the house."""
    paths = [ROOT / "README.md", ROOT / "backend" / "ARCHITECTURE.md", *sorted(DECISIONS.glob("*.md"))]
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in paths}


def spoken(text: str) -> Iterator[str]:
    """What a document writes as code: between backticks, and each line of a block of shell."""
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield from (line.partition("#")[0].strip() for line in block.splitlines())
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def is_path(word: str) -> bool:
    """A file or folder of ours, rather than an address or a sentence."""
    return bool(
        re.fullmatch(r"[\w.<>/-]+(\.(py|md|json|lock|toml|ts|vue|mjs)|/)|\.ci/\w+|LICENSE", word)
    ) and not word.startswith("/")


def exists(word: str) -> bool:
    """At the root, in the backend, in a slice, or below any folder for a bare name."""
    if "<" in word or word in MADE_LATER:
        return True
    places = [ROOT / word, ROOT / "backend" / word, ROOT / "backend" / "vouchers" / word]
    return any(place.exists() for place in places) or any((ROOT / "backend").glob(f"*/{word}"))


@cache
def words() -> frozenset[str]:
    """Every word that stands in the program, its tests and its settings."""
    settings = [ROOT / "pyproject.toml", ROOT / "Makefile", *(ROOT / "pwa" / "src" / "kernel").glob("*.ts")]
    texts = chain((source.text for source in python(*OURS)), (path.read_text() for path in settings))
    return frozenset(word for text in texts for word in re.findall(r"[A-Za-z_][\w-]*", text))


def targets() -> set[str]:
    """What ``make`` can be asked for."""
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def missing(word: str) -> str | None:
    """What of a spoken word does not exist."""
    if word.startswith("make "):
        return None if word.split()[1] in targets() else "no such target"
    if command := re.match(r"(?:\.venv/bin/)?yizhan (\S+)", word):
        return None if command[1] in COMMANDS or command[1] == "COMMAND" else "no such command"
    if word.startswith("/"):
        pages = re.fullmatch(r"/(resident/|station/|merchant/|office/|openapi\.json)?", word)
        return None if pages or word in described()["paths"] else "no such route"
    if is_path(word):
        return None if exists(word) else "no such file"
    unknown = [part for part in re.findall(r"[A-Za-z_][\w-]{2,}", word) if part not in words() | OTHER_PROGRAMS]
    return f"nothing is called {unknown[0]}" if unknown else None


def test_the_documents_name_only_what_exists() -> None:
    wrong = [
        f"{name}: {word}: {why}"
        for name, text in documents().items()
        for word in spoken(text)
        if (why := missing(word))
    ]
    assert not wrong, listed(wrong)


def test_the_readme_is_short_and_begins_in_chinese() -> None:
    lines = documents()["README.md"].splitlines()
    assert len(lines) <= MOST_README_LINES
    first = next(line for line in lines[1:] if line)
    assert re.match(r"[\u4e00-\u9fff]", first)


def test_pictures_and_links_of_the_documents_lead_somewhere() -> None:
    dead = [
        f"{name}: {link}"
        for name, text in documents().items()
        for link in re.findall(r"\]\(([^)#]+)", text)
        if not link.startswith("http") and not ((ROOT / name).parent / link).exists()
    ]
    assert not dead, listed(dead)


def test_every_decision_says_why_and_what_holds_it() -> None:
    broken = []
    for path in sorted(DECISIONS.glob("*.md")):
        text = path.read_text()
        broken += [f"{path.name}: {part}" for part in PARTS if f"**{part}" not in text]
    assert not broken, listed(broken)


def test_decisions_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in DECISIONS.glob("*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name) for name in names)


def test_every_room_stands_on_the_map() -> None:
    told = documents()["backend/ARCHITECTURE.md"]
    rooms = {path.name for path in (ROOT / "backend").iterdir() if (path / "__init__.py").exists()}
    absent = [room for room in rooms - {"migrations"} if f"`{room}/`" not in told]
    assert not absent, listed(absent)


def test_every_dependency_has_its_reason() -> None:
    settings = (ROOT / "pyproject.toml").read_text()
    asked = re.findall(r'^  "([a-z0-9-]+)(?:\[\w+\])?[><=]', settings, re.MULTILINE)
    told = documents()["backend/decisions/0008-dependencies.md"]
    absent = [name for name in asked if not re.search(rf"\b{re.escape(name)}\b", told)]
    assert len(asked) > 20
    assert not absent, listed(absent)


def test_the_house_tells_nothing_of_the_machine_it_was_built_on() -> None:
    told = chain(ROOT.glob("*.md"), (ROOT / "backend").rglob("*.md"), (ROOT / "fixtures").rglob("*.md"))
    leaks = [str(path) for path in told if re.search(r"(?<![\w.])/(work|tmp|root|home)/", Path(path).read_text())]
    assert not leaks, listed(leaks)
