"""SQL of tokens that were signed, and of what is written into new ones."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.vouchers.tables import campaign_versions
from backend.vouchers.token_rules import RememberedToken, TokenContent
from backend.vouchers.token_tables import issued_tokens

NAMED_AT_ONCE = 500


class _Kind(Struct):
    """Of a kind in a plan only its code is read."""

    code: str


class _Kinds(Struct):
    """A plan as far as its kinds' codes."""

    kinds: list[_Kind]


async def kinds_of_versions(
    tx: Transaction, versions: Collection[tuple[UUID, int]]
) -> dict[tuple[UUID, int], tuple[str, ...]]:
    """The codes of the kinds of each version of a campaign, in the plan's order."""
    if not versions:
        return {}
    v = campaign_versions.c
    asked = select(v.campaign_id, v.version, v.plan).where(tuple_(v.campaign_id, v.version).in_(list(versions)))
    return {
        (row.campaign_id, row.version): tuple(kind.code for kind in msgspec.json.decode(row.plan, type=_Kinds).kinds)
        for row in await tx.execute(asked)
    }


async def newest_tokens(tx: Transaction, voucher_ids: Sequence[UUID]) -> dict[UUID, RememberedToken]:
    """Of each voucher the token that lives longest, if there is any."""
    t = issued_tokens.c
    asked = select(issued_tokens).where(t.voucher_id.in_(voucher_ids)).order_by(t.expires_at, t.hash)
    return {row.voucher_id: _remembered(row) for row in await tx.execute(asked)}


async def insert_tokens(tx: Transaction, tokens: Iterable[RememberedToken]) -> None:
    """Remember tokens; the same bytes again change nothing."""
    rows = [
        {
            "hash": token.hash,
            "token": token.token,
            "not_before": token.not_before,
            "expires_at": token.expires_at,
            **msgspec.structs.asdict(token.content),
        }
        for token in tokens
    ]
    if rows:
        make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
        await tx.execute(make(issued_tokens).on_conflict_do_nothing(), rows)


async def tokens_by_hash(tx: Transaction, hashes: Collection[bytes]) -> dict[bytes, bytes]:
    """The bytes of remembered tokens."""
    asked, found = sorted(set(hashes)), {}
    for start in range(0, len(asked), NAMED_AT_ONCE):
        some = asked[start : start + NAMED_AT_ONCE]
        t = issued_tokens.c
        rows = await tx.execute(select(t.hash, t.token).where(t.hash.in_(some)))
        found.update({bytes(row.hash): bytes(row.token) for row in rows})
    return found


async def drop_old_tokens(tx: Transaction, before: datetime) -> int:
    """Forget tokens that ended long ago; returns how many."""
    return int((await tx.execute(delete(issued_tokens).where(issued_tokens.c.expires_at < before))).rowcount)


def _remembered(row: Any) -> RememberedToken:
    content = TokenContent(
        voucher_id=row.voucher_id,
        holder=bytes(row.holder),
        face_fen=row.face_fen,
        terms_version=row.terms_version,
        domain=row.domain,
        flags=row.flags,
    )
    return RememberedToken(
        hash=bytes(row.hash),
        token=bytes(row.token),
        content=content,
        not_before=row.not_before,
        expires_at=row.expires_at,
    )
