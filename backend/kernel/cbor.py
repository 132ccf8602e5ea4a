"""How is a signed value written so that it has exactly one form?

Deterministic CBOR (RFC 8949, 4.2.1) of the few types that signed objects need: integers, byte and text strings, arrays,
maps, true, false, null. Reading refuses every other form of the same value, tags, floats and trailing bytes, so bytes
from a stranger's screen never reach a general decoder. Twin: ``pwa/src/kernel/cbor.ts``; both run
``fixtures/protocols/encoding/vectors.json``.
"""

from collections.abc import Mapping, Sequence
from typing import Final

CborValue = int | bytes | str | bool | None | Sequence["CborValue"] | Mapping["CborValue", "CborValue"]

DEEPEST = 8
"""Arrays and maps inside each other; every object of the protocols stays far below."""
MOST_VALUES: Final = 10_000
"""In one object, if its form does not say more. A kilobyte can unpack to a million values, which cost a second each
time that somebody reads them."""

_UINT, _NINT, _BYTES, _TEXT, _ARRAY, _MAP, _SIMPLE = 0, 1, 2, 3, 4, 5, 7
_SIMPLE_VALUES: dict[int, bool | None] = {20: False, 21: True, 22: None}
_LARGEST = 2**64 - 1


class CborProblem(ValueError):
    """The bytes are not the one deterministic form of a value, or the value has no form here."""


class TooManyValues(CborProblem):
    """More values than the object may have; nothing beyond them was read."""


def encode(value: CborValue) -> bytes:
    """The one deterministic form of a value. Raises ``CborProblem`` for types and sizes outside the profile."""
    if value is None or isinstance(value, bool):
        return bytes([_SIMPLE << 5 | {False: 20, True: 21, None: 22}[value]])
    if isinstance(value, int):
        return _head(_UINT, value) if value >= 0 else _head(_NINT, -1 - value)
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return _head(_TEXT, len(text)) + text
    if isinstance(value, Mapping):
        pairs = sorted((encode(key), encode(item)) for key, item in value.items())
        return _head(_MAP, len(pairs)) + b"".join(key + item for key, item in pairs)
    if isinstance(value, Sequence):
        return _head(_ARRAY, len(value)) + b"".join(encode(item) for item in value)
    raise CborProblem(f"{type(value).__name__} has no form here")


def decode(data: bytes, *, most: int = MOST_VALUES) -> CborValue:
    """The value of exactly these bytes, of at most so many items in its arrays and maps together.

    Raises ``CborProblem`` unless the bytes are its one deterministic form, ``TooManyValues`` beyond the number.
    """
    value, end = _read(data, 0, DEEPEST, _Left(most))
    if end != len(data):
        raise CborProblem("bytes after the value")
    return value


class _Left:
    """How many values may still be read."""

    def __init__(self, values: int) -> None:
        self._values = values

    def take(self, count: int) -> None:
        """An array or map of so many begins."""
        self._values -= count
        if self._values < 0:
            raise TooManyValues("more values than such an object has")


def _head(major: int, argument: int) -> bytes:
    if argument > _LARGEST:
        raise CborProblem("an integer beyond 64 bits")
    if argument < 24:
        return bytes([major << 5 | argument])
    size = next(size for size in (1, 2, 4, 8) if argument < 1 << 8 * size)
    return bytes([major << 5 | 24 + size.bit_length() - 1]) + argument.to_bytes(size, "big")


def _read(data: bytes, at: int, depth: int, left: _Left) -> tuple[CborValue, int]:
    if at >= len(data):
        raise CborProblem("the bytes end inside a value")
    major, short = data[at] >> 5, data[at] & 31
    if major == _SIMPLE:
        if short not in _SIMPLE_VALUES:
            raise CborProblem("floats and other simple values have no form here")
        return _SIMPLE_VALUES[short], at + 1
    argument, at = _argument(data, at + 1, short)
    if major == _UINT:
        return argument, at
    if major == _NINT:
        return -1 - argument, at
    if argument > len(data) - at:
        # Also for arrays and maps: an item takes a byte at least, so a lying length costs nobody memory.
        raise CborProblem("a length beyond the end of the bytes")
    if major == _BYTES:
        return data[at : at + argument], at + argument
    if major == _TEXT:
        return _text(data[at : at + argument]), at + argument
    if depth == 0:
        raise CborProblem("too many values inside each other")
    if major == _ARRAY:
        left.take(argument)
        return _items(data, at, argument, depth - 1, left)
    if major == _MAP:
        left.take(2 * argument)
        return _pairs(data, at, argument, depth - 1, left)
    raise CborProblem("tags have no form here")


def _argument(data: bytes, at: int, short: int) -> tuple[int, int]:
    if short < 24:
        return short, at
    if short > 27:
        raise CborProblem("indefinite lengths are not deterministic")
    size = 1 << short - 24
    if len(data) - at < size:
        raise CborProblem("the bytes end inside a head")
    argument = int.from_bytes(data[at : at + size], "big")
    if argument < (24 if size == 1 else 1 << 4 * size):
        raise CborProblem("a longer head than the value needs")
    return argument, at + size


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise CborProblem("a text that is not UTF-8") from None


def _items(data: bytes, at: int, count: int, depth: int, left: _Left) -> tuple[CborValue, int]:
    items: list[CborValue] = []
    for _ in range(count):
        item, at = _read(data, at, depth, left)
        items.append(item)
    return items, at


def _pairs(data: bytes, at: int, count: int, depth: int, left: _Left) -> tuple[CborValue, int]:
    pairs: dict[CborValue, CborValue] = {}
    before = b""
    for _ in range(count):
        key, key_end = _read(data, at, depth, left)
        if not isinstance(key, int | str | bytes) or isinstance(key, bool):
            raise CborProblem("a map key is an integer, a text or bytes")
        raw = data[at:key_end]
        if raw <= before:
            raise CborProblem("map keys out of order or twice")
        before = raw
        pairs[key], at = _read(data, key_end, depth, left)
    return pairs, at
