"""Eight digits for a telephone or a broken camera: made by the county, one use, 120 seconds, one per voucher."""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.ids import new_digits
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.vouchers.redeem_rules import SHORT_CODE_LIFE, SLOW_SHORT_CODE_LIFE
from backend.vouchers.rules import VoucherState
from backend.vouchers.store import reads
from backend.vouchers.store import redemptions as store

DIGITS = 8
TRIES = 5


class ShortCodeReason(Reason):
    """Why no code was made."""

    NO_SUCH_VOUCHER = "no-such-voucher", 404, "没有这张券", "No such voucher"
    NOT_USABLE = "voucher-not-usable", 409, "这张券现在不能使用", "This voucher cannot be used now"


class MakeShortCode(Struct, frozen=True, kw_only=True):
    """The holder asks for a code to type or to read aloud; ``slow`` for a station or an SMS to an old phone."""

    resident_id: UUID
    voucher_id: UUID
    slow: bool = False


class ShortCode(Struct, frozen=True, kw_only=True):
    """The code, told once: the county keeps only a keyed hash."""

    code: str
    expires_at: Instant


def hashed_code(tx: Transaction, digits: str) -> bytes:
    """The keyed hash under which a code is stored."""
    return tx.county.keys.keyed_hash("short-code", digits)


async def make_short_code(
    tx: Transaction, command: MakeShortCode, *, now: Instant
) -> ShortCode | Refused[ShortCodeReason]:
    """Make the voucher's one live code; an earlier one stops working."""
    voucher = await reads.voucher_of(tx, command.resident_id, command.voucher_id)
    if voucher is None:
        return Refused(ShortCodeReason.NO_SUCH_VOUCHER)
    locked = await store.lock_voucher(tx, command.voucher_id)
    if locked is None or locked.state is not VoucherState.ISSUED or locked.expires_at <= now:
        return Refused(ShortCodeReason.NOT_USABLE)
    expires_at = min(now + (SLOW_SHORT_CODE_LIFE if command.slow else SHORT_CODE_LIFE), locked.expires_at)
    for _ in range(TRIES):
        digits = new_digits(DIGITS)
        hashed = hashed_code(tx, digits)
        if hashed not in await store.vouchers_of_codes(tx, [hashed]):
            break
    await store.replace_short_code(tx, command.voucher_id, hashed_code(tx, digits), now, expires_at)
    return ShortCode(code=digits, expires_at=expires_at)
