"""How do bytes become text that a QR code packs tightly? Base45, RFC 9285.

Written here because every counter's scan passes through it: several times as fast as the package of that name, and
strict (no line end is let through). Twin: ``pwa/src/kernel/base45.ts``; ``merchant_tools`` uses the package, so two
independent programs run ``fixtures/protocols/encoding/vectors.json``.
"""

import struct
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_NO_SIGN = 255
_VALUES = bytes(ALPHABET.find(chr(code)) % 256 for code in range(256))


class Base45Problem(ValueError):
    """The text is not Base45."""


def encode(data: bytes) -> str:
    """Three signs for two bytes, two signs for a last single one."""
    pairs = len(data) // 2
    signs: list[str] = []
    for word in struct.unpack_from(f">{pairs}H", data):
        rest, first = divmod(word, 45)
        third, second = divmod(rest, 45)
        signs += ALPHABET[first], ALPHABET[second], ALPHABET[third]
    if len(data) % 2:
        second, first = divmod(data[-1], 45)
        signs += ALPHABET[first], ALPHABET[second]
    return "".join(signs)


def decode(text: str) -> bytes:
    """The bytes of a text. Raises ``Base45Problem`` for other signs, impossible lengths and values out of range."""
    try:
        values = text.encode("ascii").translate(_VALUES)
    except UnicodeEncodeError:
        raise Base45Problem("a sign that is not Base45") from None
    whole = len(values) // 3 * 3
    if _NO_SIGN in values or len(values) - whole == 1:
        raise Base45Problem("a sign that is not Base45, or a sign too few")
    words = [a + 45 * b + 2025 * c for a, b, c in zip(values[0:whole:3], values[1::3], values[2::3], strict=False)]
    last = [a + 45 * b for a, b in zip(values[whole::2], values[whole + 1 :: 2], strict=True)]
    try:
        return struct.pack(f">{len(words)}H{len(last)}B", *words, *last)
    except struct.error:
        raise Base45Problem("signs that stand for no bytes") from None
