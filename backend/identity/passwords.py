"""Is this password one that anybody would try first, and is it the right one?

The list holds what people in China and elsewhere choose most; beside it stand the patterns that no list can hold.
Argon2id is slow on purpose (RFC 9106): it runs in a thread and never while a transaction is open.
"""

import asyncio
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_CHARACTERS = 8
MOST_CHARACTERS = 128
LEAST_DIFFERENT = 4

COMMON = frozenset(files("backend.identity").joinpath("common_passwords.txt").read_text("utf-8").split())
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn")
_RUNS = tuple(run for row in _ROWS for run in (row * 3, row[::-1] * 3))

_DATE = re.compile(r"(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])")

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
"""Each check takes 64 MB and some 50 ms of a core; a crowd at the door waits instead of taking the machine."""

NOBODYS_HASH = "$argon2id$v=19$m=65536,t=3,p=4$9hKLQmrFnLy6tzh6DJWGeA$1vSJpbmHHZXNtY5cdPuNLXq9ykSmVneGcc+t2OOKGmk"
"""Of a random secret that nobody kept: checked for unknown logins, so that they take as long as known ones."""


def normalised(password: str) -> str:
    """One form for the same characters, however a keyboard composed them (NFKC, as NIST SP 800-63B advises)."""
    return unicodedata.normalize("NFKC", password)


def is_common(password: str, *words: str) -> bool:
    """Whether it is on the list, a run of keys, few characters repeated, a date, or made of the person's own words.

    ``words`` are the login, the phone and the like; those of fewer than four characters are not compared.
    """
    plain = normalised(password).lower()
    letters = plain.strip("0123456789!@#$%^&*._-~?")
    return (
        plain in COMMON
        or (len(letters) >= 4 and letters in COMMON)
        or len(set(plain)) < LEAST_DIFFERENT
        or any(plain in run for run in _RUNS)
        or plain[: len(plain) // 2] * 2 == plain
        or _DATE.fullmatch(plain) is not None
        or any(len(word) >= 4 and word.lower() in plain for word in words)
    )


async def hash_password(password: str) -> str:
    """The hash to store, with its parameters and salt."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, normalised(password))


async def password_matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one stored; as slow for an account without one as for any other."""
    loop = asyncio.get_running_loop()
    matches = await loop.run_in_executor(_threads, _verify, stored or NOBODYS_HASH, normalised(password))
    return matches and stored is not None


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
