"""Is this file one of ours, unchanged? An auditor asks it of a clearing file that lay somewhere for years.

Specification: ``fixtures/protocols/clearing/SPEC.md``, C9. The merchants' own program answers the same.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

import msgspec
from msgspec import UNSET

from backend.kernel import cose
from backend.kernel.instants import day_starts
from backend.kernel.signing import KeyProblem, from_base64url
from backend.kernel.trust import TrustList, county_text, uint
from backend.settlement.papers.clearing import (
    COLUMNS,
    DEMONSTRATION,
    KIND,
    ClearingFile,
    ClearingItem,
    ClearingProblem,
    canonical_csv,
    canonical_json,
    clearing_of,
    signed_word,
    unsigned,
)
from backend.settlement.papers.delimited import BOM, NotDelimited, read_rows, unguarded

Doubt = Literal["clearing-malformed", "clearing-unsigned", "clearing-wrong-county", "clearing-forged"]


class ClearingDoubted(ValueError):
    """The first reason of the specification not to believe the file."""

    def __init__(self, reason: Doubt) -> None:
        super().__init__(reason)
        self.reason = reason


def read_clearing_json(data: bytes, *, trust: TrustList) -> ClearingFile:
    """The file in these JSON bytes. Raises ``ClearingDoubted``."""
    try:
        told = msgspec.json.decode(data, type=ClearingFile)
        file = clearing_of(told.county, told.day, told.items, demonstration=told.demonstration)
        good = canonical_json(msgspec.structs.replace(file, signature=told.signature)) == data
    except (msgspec.DecodeError, UnicodeDecodeError, ClearingProblem):
        raise ClearingDoubted("clearing-malformed") from None
    if not good:
        raise ClearingDoubted("clearing-malformed")
    _believe(file, "" if told.signature is UNSET else told.signature, trust)
    return msgspec.structs.replace(file, signature=told.signature)


def read_clearing_csv(data: bytes, *, signature: str, trust: TrustList) -> ClearingFile:
    """The file in these CSV bytes with the signature of its JSON twin. Raises ``ClearingDoubted``."""
    try:
        items = _items(read_rows(data.removeprefix(BOM).decode()))
        # County and day stand in the signature alone; the form of the lines does not depend on them.
        good = canonical_csv(clearing_of("100000", date.min, items, demonstration=False)) == data
    except (NotDelimited, UnicodeDecodeError, msgspec.ValidationError, ClearingProblem, ValueError):
        raise ClearingDoubted("clearing-malformed") from None
    if not good:
        raise ClearingDoubted("clearing-malformed")
    county, day, demonstration = _facts(_open(signature))
    file = clearing_of(county, day, items, demonstration=demonstration)
    _believe(file, signature, trust)
    return msgspec.structs.replace(file, signature=signature)


def _believe(file: ClearingFile, signature: str, trust: TrustList) -> None:
    signed = _open(signature)
    if file.county != trust.county:
        raise ClearingDoubted("clearing-wrong-county")
    key = trust.key(signed.kid)
    if key is None or not key.serves_at(day_starts(file.day)) or not signed.is_from(key.public):
        raise ClearingDoubted("clearing-forged")
    if signed.items != signed_word(unsigned(file)):
        raise ClearingDoubted("clearing-forged")


def _open(signature: str) -> cose.Signed:
    try:
        signed = cose.open1(from_base64url(signature))
        _facts(signed)
    except (KeyProblem, cose.CoseProblem, ValueError):
        raise ClearingDoubted("clearing-unsigned") from None
    return signed


def _facts(signed: cose.Signed) -> tuple[str, date, bool]:
    match signed.items:
        case [str(kind), number, day, flags, *sums, bytes(one), bytes(two)] if kind == KIND and len(sums) == 3:
            whole = uint(day, 100_000_000)
            if len(one) == len(two) == 32 and all(type(each) is int for each in sums):
                day_of = date(whole // 10_000, whole // 100 % 100, whole % 100)
                return county_text(number), day_of, uint(flags, DEMONSTRATION + 1) == DEMONSTRATION
    raise ValueError("not the nine items of XC1")


def _items(rows: list[list[str]]) -> Iterable[ClearingItem]:
    header, *lines = rows or [[]]
    if tuple(header) != COLUMNS:
        raise ValueError("another header")
    return [_item(cells) for cells in lines]


def _item(cells: list[str]) -> ClearingItem:
    values: dict[str, Any] = dict(zip(COLUMNS[1:], cells[1:], strict=True))
    values |= {name: unguarded(values[name]) for name in ("merchant_name", "line_key")}
    values |= {"amount_fen": int(values["amount_fen"]), "held": values["held"] == "true"}
    return msgspec.convert(values, ClearingItem)
