"""Is this text a code of the kind that somebody expects here, and which bytes does it carry?

Every code that people scan is a prefix of four signs (kind, version, colon) and Base45. This module answers for the
kinds of the offline counter: challenge ``XM1``, paper card ``XP1``, receipt ``XR1``. Specifications in
``fixtures/protocols/{challenge,card,receipt}``; twin: ``pwa/src/kernel/code_text.ts``.
"""

import re
from enum import StrEnum

from backend.kernel import base45

_AROUND = " \t\r\n"


class CodeFault(StrEnum):
    """What is wrong with a text, before its bytes are looked at."""

    ANOTHER_KIND = "another-kind"
    """It does not begin with the kind, a digit and a colon."""
    ANOTHER_VERSION = "another-version"
    """It is of the kind, and newer than this program."""
    UNREADABLE = "unreadable"
    """It is longer than any code of the kind, or not Base45."""


def bytes_of_code(text: str, kind: str, *, longest: int) -> bytes | CodeFault:
    """The bytes of a code of the kind (``XM1``); ``longest`` counts the signs of the whole text.

    White space around the text is cut: Base45 has a space among its signs but never ends in one (E3).
    """
    text = text.strip(_AROUND)
    if not text.startswith(f"{kind}:"):
        newer = re.match(rf"{kind[:2]}[0-9]:", text)
        return CodeFault.ANOTHER_VERSION if newer else CodeFault.ANOTHER_KIND
    if len(text) > longest:
        return CodeFault.UNREADABLE
    try:
        return base45.decode(text[len(kind) + 1 :])
    except base45.Base45Problem:
        return CodeFault.UNREADABLE


def code_of_bytes(kind: str, data: bytes) -> str:
    """The text of a code of the kind."""
    return f"{kind}:{base45.encode(data)}"
