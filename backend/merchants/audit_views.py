"""What does an audit read of a listing, and of a bank account? Nothing sealed.

Pure words: ``store`` fills them.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.merchants.account_rules import AccountState
from backend.merchants.call_rules import ApplicationState


class ListedFacts(Struct, frozen=True, kw_only=True):
    """What an audit knows of one listing."""

    application_id: UUID
    call_id: UUID
    merchant_id: UUID
    listed_at: datetime
    state: ApplicationState
    same: bool
    """Whether call and merchant are the application's."""
    objections_until: datetime | None
    open_or_upheld: int
    """Objections that were not dismissed when it was listed."""


class AccountFacts(Struct, frozen=True, kw_only=True):
    """What an audit knows of one bank account."""

    account_id: UUID
    merchant_id: UUID
    state: AccountState
    proposed_by: UUID
    approved_by: UUID | None
    deputy_for: UUID | None
    approved_at: datetime | None
    effective_at: datetime | None
