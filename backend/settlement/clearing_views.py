"""What clearing shows: a closed day, and each line of it. Pure."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from backend.ledger.rules import Funder
from backend.settlement.rules import EventKind


class ClearingDay(Struct, frozen=True, kw_only=True):
    """A day whose clearing is closed."""

    day: date
    lines: int
    total_fen: int
    closed_at: datetime


class SignedDay(Struct, frozen=True, kw_only=True):
    """What was signed when the day was closed: by this, its file is made again to the byte.

    ``names`` are the merchants' at that time, by id.
    """

    day: date
    signature: str
    json_sha256: str
    csv_sha256: str
    held_fen: int
    names: dict[UUID, str]


class ClearedLine(Struct, frozen=True, kw_only=True):
    """One payer's part of one act."""

    act_id: UUID
    payer: Funder
    campaign_id: UUID
    line_id: UUID
    merchant_id: UUID
    amount_fen: int
    held: bool
    kind: EventKind
    business_day: date


class StatementTotal(NamedTuple):
    """A merchant's day in one line."""

    day: date
    events: int
    bill_fen: int
    government_fen: int
    platform_fen: int
    held: int
    paid_fen: int
    held_fen: int
