"""What does the county write into a voucher's token, and when is the last one still good enough to hand out again?

Pure. The form of a token is ``kernel/tokens.py``; these are the county's choices within it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel.claimants import ProofLevel
from backend.kernel.instants import Instant
from backend.kernel.tokens import DEMONSTRATION, LONGEST_LIFE, ONLINE_ONLY
from backend.vouchers.rules import Terms

CLOCKS_APART: Final = timedelta(seconds=5)
"""Two servers of one county may differ a little; a token is good from a moment before it was made."""
FRESH_LIFE: Final = timedelta(days=6, hours=12)
"""A token that lives longer than this from now on is handed out again: a phone that refreshes often costs no rows."""


class TokenContent(Struct, frozen=True, kw_only=True):
    """What of a token depends on the voucher, its holder and the county's rules, but not on the moment."""

    voucher_id: UUID
    holder: bytes
    face_fen: int
    terms_version: int
    domain: int
    flags: int


class RememberedToken(Struct, frozen=True, kw_only=True):
    """A token that was signed: its bytes, their SHA-256, and what is asked of them."""

    hash: bytes
    token: bytes
    content: TokenContent
    not_before: Instant
    expires_at: Instant


def domain_of(kind_code: str, kinds: Sequence[str]) -> int:
    """The place of a kind in its campaign's plan, from 1; 0 for one that is not there, which no counter takes offline.

    With the campaign's number and the version of its plan it tells a counter which terms to read.
    """
    return kinds.index(kind_code) + 1 if kind_code in kinds else 0


def flags_of(terms: Terms, *, offline_from: Instant, now: Instant, demonstration: bool) -> int:
    """What restricts a token: a phone that is new, papers or a proof that only the county can ask for; 演示数据."""
    waits = now < offline_from
    asks = terms.trade_in is not None or terms.redeem_level > ProofLevel.PHONE
    return (ONLINE_ONLY if waits or asks else 0) | (DEMONSTRATION if demonstration else 0)


def token_life(voucher_ends: Instant, *, now: Instant) -> tuple[Instant, Instant] | None:
    """(Good from, good until) in whole seconds, never beyond the voucher's end; ``None`` where nothing is left."""
    starts = now.replace(microsecond=0) - CLOCKS_APART
    ends = min(voucher_ends.replace(microsecond=0), starts + LONGEST_LIFE)
    return (starts, ends) if starts < ends else None


def is_good_again(known: RememberedToken, wanted: TokenContent, *, ends: Instant, now: Instant) -> bool:
    """Whether a token of before says what a new one would, for nearly as long or to the same end."""
    lasts = known.expires_at == ends or known.expires_at - now > FRESH_LIFE
    return known.content == wanted and lasts
