"""What has happened to people and keys, for those above who must act on it."""

from typing import ClassVar
from uuid import UUID

from backend.outbox.rules import Event


class HolderKeyEnrolled(Event, frozen=True, kw_only=True):
    """A resident's vouchers are shown by this key from now on; tokens that name the replaced one are worthless."""

    NAME: ClassVar[str] = "identity.holder_key_enrolled.1"
    resident_id: UUID
    key_id: UUID
    replaced_key_id: UUID | None = None


class AccountClosed(Event, frozen=True, kw_only=True):
    """A resident has closed their account; what other slices keep of them is theirs to erase or to keep by law."""

    NAME: ClassVar[str] = "identity.account_closed.1"
    resident_id: UUID
