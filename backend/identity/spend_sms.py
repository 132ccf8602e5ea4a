"""What may SMS with codes cost? So many for one network address in an hour, so many in all on a business day.

One purse for every code that the county sends, whoever asks for it: the vendor's bill is one, too.
"""

from datetime import timedelta

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.reasons import IdentityReason
from backend.identity.rules import CodeLimits, Later, address_bucket, seconds_until
from backend.identity.store import doors
from backend.kernel.instants import Instant, business_day, day_starts


class SpendSms(Struct, frozen=True, kw_only=True):
    """One code more, asked for from this address."""

    address: str | None = None
    limits: CodeLimits = CodeLimits()


async def spend_sms(tx: Transaction, command: SpendSms, *, now: Instant) -> Later | None:
    """Count one more; where a cap is reached, when to come again. Caps are rows: without a database nothing is sent."""
    hour_ends = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    day = business_day(now)
    day_ends = day_starts(day + timedelta(days=1))
    address = f"address {address_bucket(command.address)} until {hour_ends.isoformat()}"
    if not await doors.spend(tx, address, most=command.limits.of_address_an_hour, ends_at=hour_ends):
        return Later(reason=IdentityReason.SMS_CAP, seconds=seconds_until(hour_ends, now))
    if not await doors.spend(tx, f"all on {day}", most=command.limits.in_all_a_day, ends_at=day_ends):
        return Later(reason=IdentityReason.SMS_CAP, seconds=seconds_until(day_ends, now))
    return None
