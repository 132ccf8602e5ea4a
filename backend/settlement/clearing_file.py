"""Which file tells a day's clearing to machines? Signed when the day is closed, and made again from its lines alone.

What was signed is kept: merchants' names and the county's key may change, the file of a day does not. Its form is
``papers.clearing``.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.database.transaction import Transaction
from backend.kernel.signing import SigningKey
from backend.merchants.find_merchants import merchant_names
from backend.settlement.clearing_views import ClearedLine, ClearingDay, SignedDay
from backend.settlement.papers.clearing import (
    ClearingFile,
    ClearingItem,
    canonical_csv,
    canonical_json,
    clearing_of,
    signed_clearing,
)
from backend.settlement.store import reads


class FileChanged(Exception):
    """The lines of a closed day are not those that were signed: no file of it leaves the county."""


async def sign_clearing(tx: Transaction, day: date) -> None:
    """Sign the file of a day that was just closed."""
    lines = await reads.cleared_lines(tx, day)
    found = await merchant_names(tx, {line.merchant_id for line in lines})
    names = {merchant_id: zh for merchant_id, (zh, _) in found.items()}
    file = _file(tx.county.code, day, lines, names, demonstration=tx.county.demonstration)
    keys = tx.county.keys
    signed = signed_clearing(file, key=SigningKey(keys.issuer_private), kid=bytes.fromhex(keys.issuer_kid))
    json_sha256, csv_sha256 = _hashes(file)
    kept = SignedDay(
        day=day,
        signature=str(signed.signature),
        json_sha256=json_sha256,
        csv_sha256=csv_sha256,
        held_fen=file.held_fen,
        names=names,
    )
    await reads.insert_signed(tx, kept)


class FindClearing(Struct, frozen=True, kw_only=True):
    """One closed day."""

    day: date


class Cleared(Struct, frozen=True, kw_only=True):
    """A closed day with all its lines and what was signed."""

    county: str
    demonstration: bool
    closed: ClearingDay
    signed: SignedDay
    lines: list[ClearedLine]


async def find_clearing(tx: Transaction, asked: FindClearing) -> Cleared | None:
    """``None`` for a day that is not closed, or was no working day."""
    closed, signed = await reads.clearing_day(tx, asked.day), await reads.signed_day(tx, asked.day)
    if closed is None or signed is None:
        return None
    return Cleared(
        county=tx.county.code,
        demonstration=tx.county.demonstration,
        closed=closed,
        signed=signed,
        lines=await reads.cleared_lines(tx, asked.day),
    )


def exported(cleared: Cleared) -> ClearingFile:
    """The file as it was signed; seconds of computing for a large day. Raises ``FileChanged``."""
    signed = cleared.signed
    try:
        file = _file(cleared.county, signed.day, cleared.lines, signed.names, demonstration=cleared.demonstration)
    except (KeyError, ValueError) as problem:
        raise FileChanged(signed.day.isoformat()) from problem
    if _hashes(file) != (signed.json_sha256, signed.csv_sha256):
        raise FileChanged(signed.day.isoformat())
    return replace(file, signature=signed.signature)


def _file(
    county: str, day: date, lines: Sequence[ClearedLine], names: Mapping[UUID, str], *, demonstration: bool
) -> ClearingFile:
    return clearing_of(county, day, _items(lines, names), demonstration=demonstration)


def _items(lines: Sequence[ClearedLine], names: Mapping[UUID, str]) -> Iterator[ClearingItem]:
    for line in lines:
        yield ClearingItem(
            merchant_id=line.merchant_id,
            merchant_name=names[line.merchant_id],
            campaign_id=line.campaign_id,
            payer="platform" if line.payer == "platform" else "government",
            line_key=str(line.line_id),
            kind=line.kind.value,
            act_id=line.act_id,
            business_day=line.business_day,
            amount_fen=line.amount_fen,
            held=line.held,
        )


def _hashes(file: ClearingFile) -> tuple[str, str]:
    bare = canonical_json(file), canonical_csv(file)
    return hashlib.sha256(bare[0]).hexdigest(), hashlib.sha256(bare[1]).hexdigest()
