"""What is owed to whom for one clearing day, in a form that a machine can check to the fen and the byte?

A clearing file ``XC1`` is the same content twice: JSON in its one canonical form (RFC 8785) and CSV. One signature by
the county's issuer key covers both. Exporting again gives the same bytes. Specification:
``fixtures/protocols/clearing/SPEC.md``; twin: ``merchant_tools/clearing.py``.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import date
from typing import Final, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, UnsetType

from backend.kernel import cbor, cose
from backend.kernel.fen import MOST_FEN
from backend.kernel.signing import SigningKey, to_base64url
from backend.kernel.trust import county_number
from backend.settlement.papers.delimited import BOM, guarded, write_rows

KIND: Final = "XC1"
DEMONSTRATION: Final = 1
"""Flag: 演示数据; no bank pays on it."""

Payer = Literal["government", "platform"]
ActKind = Literal["redemption", "refund", "incident"]

COLUMNS: Final = (
    *("line", "merchant_id", "merchant_name", "campaign_id", "line_key", "payer"),
    *("kind", "act_id", "business_day", "amount_fen", "held"),
)
"""Of the CSV file. The first one only counts: a program that overlooks the file's mark loses no name it needs."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SIGNS = {"redemption": (1, MOST_FEN), "refund": (-MOST_FEN, -1), "incident": (-MOST_FEN, MOST_FEN)}


class ClearingProblem(ValueError):
    """These items make no clearing file: a sum that lies, an act twice, a refund that gives money."""


class ClearingItem(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One payer's part of one act, from one budget line; negative where money comes back."""

    merchant_id: UUID
    merchant_name: str
    campaign_id: UUID
    payer: Payer
    line_key: str
    kind: ActKind
    act_id: UUID
    business_day: date
    """When it happened; a late refund stands in a later day's file under its own day."""
    amount_fen: int
    held: bool
    """Kept back from payout until a person decides; owed all the same."""


class MerchantTotal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sum of a merchant's lines."""

    merchant_id: UUID
    merchant_name: str
    lines: int
    amount_fen: int
    held_fen: int


class ClearingFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One county's clearing day; made by ``clearing_of``, which sorts and adds up."""

    form: Literal["XC1"] = KIND
    county: str
    day: date
    demonstration: bool
    lines: int
    items: tuple[ClearingItem, ...]
    merchants: tuple[MerchantTotal, ...]
    total_fen: int
    held_fen: int
    signature: str | UnsetType = UNSET


def clearing_of(county: str, day: date, items: Iterable[ClearingItem], *, demonstration: bool) -> ClearingFile:
    """The file of these items, in the one order. Raises ``ClearingProblem``."""
    try:
        county_number(county)
    except ValueError as problem:
        raise ClearingProblem(str(problem)) from None
    ordered = tuple(sorted(items, key=_order))
    keys = {_identity(item) for item in ordered}
    if len(keys) != len(ordered):
        raise ClearingProblem("an act has one part per payer and line")
    for item in ordered:
        _check(item)
    merchants = _totals(ordered)
    return ClearingFile(
        county=county,
        day=day,
        demonstration=demonstration,
        lines=len(ordered),
        items=ordered,
        merchants=merchants,
        total_fen=sum(total.amount_fen for total in merchants),
        held_fen=sum(total.held_fen for total in merchants),
    )


def canonical_json(file: ClearingFile) -> bytes:
    """The file as JSON in its one form; with its signature if it has one."""
    return msgspec.json.encode(file, order="sorted")


def canonical_csv(file: ClearingFile) -> bytes:
    """The file as CSV in its one form: UTF-8 with its mark, CRLF, a header, one line an item."""
    rows = [
        (
            str(number),
            str(item.merchant_id),
            guarded(item.merchant_name),
            str(item.campaign_id),
            guarded(item.line_key),
            item.payer,
            item.kind,
            str(item.act_id),
            item.business_day.isoformat(),
            str(item.amount_fen),
            "true" if item.held else "false",
        )
        for number, item in enumerate(file.items, 1)
    ]
    return BOM + write_rows([COLUMNS, *rows]).encode()


def signed_clearing(file: ClearingFile, *, key: SigningKey, kid: bytes) -> ClearingFile:
    """The file with the county's signature over both its forms; always the same one for the same content and key."""
    signature = cose.sign1(signed_word(file), key=key, kid=kid)
    return msgspec.structs.replace(file, signature=to_base64url(signature))


def file_name(file: ClearingFile, ending: str) -> str:
    """What a download is called: ``clearing-511527-2026-03-02.csv``, with the word for invented data."""
    mark = "-demonstration" if file.demonstration else ""
    return f"clearing-{file.county}-{file.day.isoformat()}{mark}.{ending}"


def signed_word(file: ClearingFile) -> list[cbor.CborValue]:
    """What the county signs: the facts of the file and the hashes of both its forms."""
    bare = unsigned(file)
    digests = [hashlib.sha256(form(bare)).digest() for form in (canonical_json, canonical_csv)]
    flags = DEMONSTRATION if file.demonstration else 0
    day = int(file.day.strftime("%Y%m%d"))
    return [KIND, county_number(file.county), day, flags, file.lines, file.total_fen, file.held_fen, *digests]


def unsigned(file: ClearingFile) -> ClearingFile:
    """The file without its signature."""
    return msgspec.structs.replace(file, signature=UNSET)


def _order(item: ClearingItem) -> tuple[str, ...]:
    return (str(item.merchant_id), str(item.campaign_id), item.line_key, item.payer, item.kind, str(item.act_id))


def _identity(item: ClearingItem) -> tuple[str, ...]:
    return (item.kind, str(item.act_id), item.payer, item.line_key)


def _check(item: ClearingItem) -> None:
    least, most = _SIGNS[item.kind]
    if not least <= item.amount_fen <= most or not item.amount_fen:
        raise ClearingProblem(f"a {item.kind} of {item.amount_fen} fen")
    if _CONTROL.search(item.merchant_name + item.line_key):
        raise ClearingProblem("a name holds a sign that no name has")


def _totals(ordered: tuple[ClearingItem, ...]) -> tuple[MerchantTotal, ...]:
    of: dict[UUID, list[ClearingItem]] = {}
    for item in ordered:
        of.setdefault(item.merchant_id, []).append(item)
    if any(item.merchant_name != items[0].merchant_name for items in of.values() for item in items):
        raise ClearingProblem("a merchant has one name in a file")
    return tuple(
        MerchantTotal(
            merchant_id=merchant,
            merchant_name=items[0].merchant_name,
            lines=len(items),
            amount_fen=sum(item.amount_fen for item in items),
            held_fen=sum(item.amount_fen for item in items if item.held),
        )
        for merchant, items in of.items()
    )
