"""What is a resident told of their vouchers? When one is claimed, used, given back or run out; in the app's inbox.

Told after the act by the relay, in batches and after the writers of a rush; nothing of the act waits for it.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from backend.database.transaction import Transaction
from backend.identity.person import still_here
from backend.kernel.fen import yuan
from backend.kernel.instants import COUNTY_TIME, Instant
from backend.merchants.find_merchants import merchant_names
from backend.notifications.notify import Notify, notify_many
from backend.notifications.rules import Template, one_line
from backend.notifications.templates import (
    BILL_REFUNDED,
    REDEMPTION_UNDONE,
    REDEMPTION_UNDONE_TOO_LATE,
    VOUCHER_CLAIMED,
    VOUCHER_EXPIRED,
    VOUCHER_REDEEMED,
)
from backend.outbox.relay import Consumer
from backend.outbox.rules import Event
from backend.vouchers.events import RedemptionRolledBack, VoucherClaimed, VoucherRedeemed, VouchersExpired
from backend.vouchers.set_off_debts import SET_OFF_DEBTS
from backend.vouchers.store import reads
from backend.vouchers.wallet_views import ToldVoucher

_Told = tuple[Event, UUID, Template, dict[str, str]]
"""The event, the voucher, the message, and what the message says beside the voucher itself."""


async def tell_claimed(tx: Transaction, events: Sequence[VoucherClaimed], now: Instant) -> None:
    """Which voucher they have now, and until when."""
    await _tell(tx, [(event, event.voucher_id, VOUCHER_CLAIMED, {}) for event in events], now)


async def tell_redeemed(tx: Transaction, events: Sequence[VoucherRedeemed], now: Instant) -> None:
    """Where it was used and for how much: whoever did not do that should know at once."""
    merchants = await _merchants(tx, [event.merchant_id for event in events])
    told: list[_Told] = []
    for event in events:
        amounts = {
            "bill": yuan(event.bill_fen),
            "discount": yuan(event.discount_fen),
            "paid": yuan(event.bill_fen - event.discount_fen),
        }
        told.append((event, event.voucher_id, VOUCHER_REDEEMED, merchants[event.merchant_id] | amounts))
    await _tell(tx, told, now)


async def tell_rolled_back(tx: Transaction, events: Sequence[RedemptionRolledBack], now: Instant) -> None:
    """What they get back, and whether they can use the voucher again."""
    merchants = await _merchants(tx, [event.merchant_id for event in events])
    told: list[_Told] = []
    for event in events:
        undone = REDEMPTION_UNDONE if event.restored else REDEMPTION_UNDONE_TOO_LATE
        template = undone if event.undone else BILL_REFUNDED
        amounts = {"discount": yuan(event.discount_fen), "paid": yuan(event.customer_fen)}
        about = merchants[event.merchant_id] | amounts
        told.append((event, event.voucher_id, template, about))
    await _tell(tx, told, now)


async def tell_expired(tx: Transaction, events: Sequence[VouchersExpired], now: Instant) -> None:
    """That it was not used in time."""
    told: list[_Told] = [
        (event, voucher_id, VOUCHER_EXPIRED, {}) for event in events for voucher_id in event.voucher_ids
    ]
    await _tell(tx, told, now)


async def _merchants(tx: Transaction, merchant_ids: Sequence[UUID]) -> Mapping[UUID, dict[str, str]]:
    names = await merchant_names(tx, set(merchant_ids))
    found = {}
    for merchant_id in merchant_ids:
        zh, en = names.get(merchant_id, ("商户", "a merchant"))
        found[merchant_id] = {"merchant_zh": one_line(zh), "merchant_en": one_line(en or zh)}
    return found


async def _tell(tx: Transaction, told: Sequence[_Told], now: Instant) -> None:
    vouchers = await reads.told_vouchers(tx, {voucher_id for _, voucher_id, *_ in told})
    here = await still_here(tx, {voucher.resident_id for voucher in vouchers.values()})
    messages = []
    for event, voucher_id, template, about in told:
        voucher = vouchers.get(voucher_id)
        if voucher is None or voucher.resident_id not in here:
            continue  # Whoever has closed their account is told nothing any more.
        said = _about(voucher) | about
        message = Notify(
            recipient_id=voucher.resident_id,
            template=template,
            variables={name: said[name] for name in template.variables},
            link=f"/resident/wallet/{voucher_id}",
            at=event.occurred_at,
        )
        messages.append(message)
    await notify_many(tx, messages, now=now)


def _about(voucher: ToldVoucher) -> dict[str, str]:
    return {
        "voucher_zh": one_line(voucher.name_zh),
        "voucher_en": one_line(voucher.name_en or voucher.name_zh),
        "face": yuan(voucher.face_fen),
        "until": f"{voucher.expires_at.astimezone(COUNTY_TIME):%Y-%m-%d %H:%M}",
    }


RESIDENT_CONSUMERS = (
    Consumer("vouchers.tell-claimed", VoucherClaimed, tell_claimed),
    Consumer("vouchers.tell-redeemed", VoucherRedeemed, tell_redeemed),
    Consumer("vouchers.tell-rolled-back", RedemptionRolledBack, tell_rolled_back),
    # One event tells of up to 500 vouchers, as many as one run of the expiry returns.
    Consumer("vouchers.tell-expired", VouchersExpired, tell_expired, at_once=1),
    SET_OFF_DEBTS,
)
