"""The body of a request for a pack."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.audit_pack.rules import MOST_SAMPLED
from backend.web.texts import ONE_LINE


class AuditPackRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Make a pack; `seed` is a public value that the auditor names, `sample` how many redemptions are drawn with it."""

    pack_id: UUID
    seed: Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)]
    sample: Annotated[int, Meta(ge=1, le=MOST_SAMPLED)] = 30
