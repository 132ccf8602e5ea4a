"""Is this the number that is printed on a card, for whoever cannot scan its code?

Pure. Twelve digits in three groups, ``0123 4567 8901``: eleven that the county derives from the printed code under its
own key, so that nobody tells one card's number from another's, and a check digit after ISO/IEC 7064, MOD 11,10, which
finds every wrong digit and nearly all swapped ones. The number only names a card: its PIN is what proves. Twin of the
reading: ``pwa/src/cards/is_card.ts``; both are held to the same examples.
"""

import re
from typing import Final

from backend.kernel.short_code import without_separators

_BODY: Final = 11
_NUMBER = re.compile(r"[0-9]{12}")
_DIGITS = re.compile(r"[0-9]+")


def number_from(secret: bytes) -> str:
    """The twelve digits that these bytes, which nobody guesses, stand for."""
    body = f"{int.from_bytes(secret[:16], 'big') % 10**_BODY:0{_BODY}}"
    return body + check_digit(body)


def read_number(typed: str) -> str | None:
    """The twelve digits that a person meant; nothing where they cannot be a card's number."""
    digits = without_separators(typed)
    if digits is None or not _NUMBER.fullmatch(digits) or check_digit(digits[:-1]) != digits[-1]:
        return None
    return digits


def is_typed(text: str) -> bool:
    """Whether somebody typed digits, be they right or not: no code of a card is digits alone."""
    digits = without_separators(text)
    return digits is not None and _DIGITS.fullmatch(digits) is not None


def check_digit(body: str) -> str:
    """After ISO/IEC 7064:2003, the hybrid system MOD 11,10."""
    product = 10
    for digit in body:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)
