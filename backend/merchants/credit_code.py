"""Is this a unified social credit code (统一社会信用代码) that could have been issued?

Pure; GB 32100-2015: one character for the registering department, one for the kind of body, six digits of division
(GB/T 2260), nine characters of organisation code, one check character (MOD 31-3). The organisation code has a check of
its own (GB 11714), which is not asked for: registrars issue the whole code, and the last character covers all of it.
"""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Thirty-one characters: I, O, S, V and Z are left out, since they look like digits."""

DEPARTMENTS = "123456789ANY"
"""First characters in use: 9 is the market regulator, 5 civil affairs, N rural collectives, Y others."""

_PROVINCES = "10 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82"
PROVINCES = frozenset(_PROVINCES.split())
"""The first two digits of divisions in GB/T 2260; ``10`` is the central registrar (100000)."""

UNASSIGNABLE_PROVINCE = "59"
"""No division begins with it, so no office exists that could have issued the code: the demonstration's province."""


def is_well_formed(code: str) -> bool:
    """Whether alphabet, department, division's digits and the check character hold; says nothing of the division."""
    if len(code) != 18 or any(character not in ALPHABET for character in code):
        return False
    return code[0] in DEPARTMENTS and code[2:8].isdecimal() and code[17] == check_character(code[:17])


def is_assignable(code: str) -> bool:
    """Whether the division's province exists, so that the code can be somebody's."""
    return code[2:4] in PROVINCES


def is_for_demonstration(code: str) -> bool:
    """Whether the code can never be anybody's."""
    return code[2:4] == UNASSIGNABLE_PROVINCE


def check_character(body: str) -> str:
    """The last character from the seventeen before: weights are powers of 3, modulo 31."""
    total = sum(ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return ALPHABET[-total % 31]
