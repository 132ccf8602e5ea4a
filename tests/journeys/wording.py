"""What programs write for programs and no person should read: ids, stamps, keys, another language's words."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

OPENAPI = Path(__file__).resolve().parents[2] / "fixtures" / "openapi.json"

RAW = {
    "an id": re.compile(
        # Chinese letters are letters too, so that \b sees no end between them and an id.
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
        r"|(?<![0-9A-Za-z])(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{16,}(?![0-9A-Za-z])"
    ),
    "a stamp": re.compile(r"\b\d{4}-\d\d-\d\d(T\d|\b)|\b1[6-9]\d{11}\b"),
    "nothing": re.compile(r"\b(undefined|null|NaN|Infinity|Invalid Date|true|false)\b|\[object"),
    "a name in a program": re.compile(r"\b[a-z]+\d*(_[a-z0-9]+)+\b|\b[a-z]+[A-Z]\w*\b|\{\w+\}"),
    "a key of a catalogue": re.compile(r"\b[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)+\b"),
}

PROPER = {
    "ICP",
    "CSV",
    "XLSX",
    "PDF",
    "PNG",
    "JPEG",
    "WebP",
    "Excel",
    "UTF",
    "GBK",
    "MB",
    "SHA",
    "SN",
    "AB",
    "yizhan",
    "backup",
}
"""Words without a Chinese one, which stand in Chinese pages as they are."""

LATIN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2,}(?![A-Za-z0-9]|-\d)")


@cache
def enumerated() -> frozenset[str]:
    """Every word of two parts that the county's enumerations have: reasons, states, kinds."""
    found: set[str] = set()
    described = json.loads(OPENAPI.read_text())
    _gather(described, found)
    return frozenset(word for word in found if re.search("[-_.]", word))


def _gather(part: Any, found: set[str]) -> None:
    if isinstance(part, dict):
        words = [*part["enum"]] if isinstance(part.get("enum"), list) else []
        found |= {word for word in [*words, part.get("const")] if isinstance(word, str)}
        found |= set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`:", part["description"])) if "description" in part else set()
        for one in part.values():
            _gather(one, found)
    elif isinstance(part, list):
        for one in part:
            _gather(one, found)


def raw_words(said: list[tuple[str, str]]) -> dict[str, list[str]]:
    """What is raw in what a page says; each text comes with the language it is marked with."""
    found: dict[str, set[str]] = {}
    for language, text in said:
        for what, pattern in RAW.items():
            if pattern.search(text):
                found.setdefault(what, set()).add(text[:80])
        if text in enumerated():
            found.setdefault("a word of an enumeration", set()).add(text)
        if language == "zh" and (foreign := set(LATIN.findall(text)) - PROPER):
            found.setdefault("English in Chinese", set()).add(f"{' '.join(sorted(foreign))}: {text[:80]}")
    return {what: sorted(texts) for what, texts in found.items()}
