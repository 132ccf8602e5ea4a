"""How is a voucher's short code written, read aloud and typed?

Eight decimal digits, made by the county, for the phone line and the broken camera. People get it as two groups of four
and type it with spaces, dashes or full-width digits. Specification: ``fixtures/protocols/short-code/SPEC.md``; twin:
``pwa/src/kernel/short_code.ts``. How long a code lives and that it is used once is not the format's business.
"""

import re
from typing import Final

DIGITS: Final = 8
_LONGEST_TYPED = 64
_CODE = re.compile(r"[0-9]{8}")
_TYPED_DIGITS = {ord("０") + digit: str(digit) for digit in range(10)}
_SEPARATORS = dict.fromkeys(
    [
        *map(ord, " \t\r\n-"),
        *(0x00A0, 0x202F, 0x3000),
        *range(0x2000, 0x200C),
        *(0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0xFF0D),
    ],
    "",
)


def read_short_code(typed: str) -> str | None:
    """The eight digits that a person meant, or nothing when the text is no short code. Leading zeros count."""
    code = without_separators(typed)
    return code if code is not None and _CODE.fullmatch(code) else None


def without_separators(typed: str) -> str | None:
    """What was typed, with plain digits and nothing between them; nothing for a text that is too long to be typed."""
    return None if len(typed) > _LONGEST_TYPED else typed.translate(_TYPED_DIGITS | _SEPARATORS)


def group_short_code(code: str) -> str:
    """The code as shown: ``0420 7716``."""
    return f"{code[:4]} {code[4:]}"


def say_short_code(code: str) -> str:
    """The code as read aloud, digit by digit with a rest in the middle; 1 is said 幺 so that nobody hears 7."""
    spoken = [("零", "幺", "二", "三", "四", "五", "六", "七", "八", "九")[int(digit)] for digit in code]
    return f"{' '.join(spoken[:4])}，{' '.join(spoken[4:])}"
