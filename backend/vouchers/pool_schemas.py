"""What a campaign's pool for offline counters looks like on the wire."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.kernel.fen import AmountFen
from backend.kernel.refusals import Reason
from backend.vouchers.find_offline_pools import KindFree, OfflinePool
from backend.vouchers.pool_rules import PoolReason
from backend.web.texts import ONE_LINE

KindCode = Annotated[str, Meta(min_length=1, max_length=40, pattern=ONE_LINE, description="The kind's code.")]
Document = Annotated[str, Meta(min_length=1, max_length=80, pattern=ONE_LINE)]


class OfflinePoolBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The pool's size from now on, what devices hold and what was spent included; `change_id` is the caller's."""

    change_id: UUID
    kind_code: KindCode
    size_fen: AmountFen
    document_no: Document


class OfflinePoolSetAnswer(Struct, frozen=True, kw_only=True):
    """The pool's size, and by how much it grew or, negative, shrank."""

    campaign_id: UUID
    size_fen: int
    change_fen: int


class OfflinePoolAnswer(Struct, frozen=True, kw_only=True):
    """A campaign's pool in fen: size = left + dealt + spent; `kind_code` is null before the first was set apart."""

    campaign_id: UUID
    kind_code: str | None
    size_fen: int
    left_fen: int
    """What no device holds."""
    dealt_fen: int
    """What devices hold."""
    spent_fen: int
    """What was paid from it."""
    kinds: list[KindFree]
    """What of each kind could be set apart now."""


FIELD_OF: dict[Reason, str] = {
    PoolReason.NO_SUCH_KIND: "/kind_code",
    PoolReason.OTHER_KIND: "/kind_code",
    PoolReason.NOT_FREE: "/size_fen",
    PoolReason.IN_USE: "/size_fen",
}
"""Which field of a body a refusal is about."""


def offline_pool_answer(pool: OfflinePool) -> OfflinePoolAnswer:
    """The wire form."""
    return OfflinePoolAnswer(
        campaign_id=pool.campaign_id,
        kind_code=pool.kind_code,
        size_fen=pool.size_fen,
        left_fen=pool.left_fen,
        dealt_fen=pool.dealt_fen,
        spent_fen=pool.spent_fen,
        kinds=pool.kinds,
    )
