"""Which claims that broke a limit could still be paid, since nobody else used their vouchers?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.refusals import Refused
from backend.sync.body_rules import Redeem
from backend.sync.event_rules import body_of, read_event
from backend.sync.review_rules import ConflictKind, Place
from backend.sync.store import reviews
from backend.sync.store.reviews import Listed
from backend.vouchers.find_offline_claims import unspent_among

AT_ONCE = 200


class FindUnspent(Struct, frozen=True, kw_only=True):
    """At most so many, the newest first, perhaps of one device; ``before`` continues."""

    device_id: UUID | None
    before: Place | None
    most: int


async def find_unspent(tx: Transaction, asked: FindUnspent) -> list[Listed]:
    """Vouchers are another slice's, so the log is looked through in portions until there are enough."""
    found: list[Listed] = []
    before = asked.before
    while len(found) < asked.most:
        some = await reviews.listed_before(tx, ConflictKind.UNSPENT, asked.device_id, before, AT_ONCE)
        vouchers = {one.place: _voucher(one.data) for one in some}
        taken = {voucher for voucher in vouchers.values() if voucher is not None}
        unspent = await unspent_among(tx, taken, tx.county.clock())
        found += [one for one in some if vouchers[one.place] in unspent]
        if len(some) < AT_ONCE:
            break
        before = some[-1].place
    return found[: asked.most]


def _voucher(data: bytes) -> UUID | None:
    signed = read_event(data)
    body = signed if isinstance(signed, Refused) else body_of(signed.event)
    return body.voucher if isinstance(body, Redeem) else None
