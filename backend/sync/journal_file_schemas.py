"""What is told of a journal's file."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=0)]


class JournalFileAnswer(Struct, frozen=True, kw_only=True):
    """How many events of the file were new, here already, and not signed by its device; nothing of these is kept."""

    device_id: UUID
    first: Annotated[int, Meta(ge=1)]
    last: Annotated[int, Meta(ge=1)]
    taken: Count
    known: Count
    unreadable: Count
    ack_seq: Count
    """Up to here the device's journal is in the county without a gap."""
