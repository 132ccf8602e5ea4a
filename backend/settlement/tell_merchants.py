"""What is a merchant told of its money? When payouts are held, and when the bank has paid or could not.

Told after the act by the relay, in the app's inbox, to everybody who works for the merchant.
"""

from collections.abc import Sequence
from datetime import date

from backend.database.transaction import Transaction
from backend.kernel.fen import yuan
from backend.kernel.instants import Instant
from backend.merchants.tell_merchant import KEEP, tell_merchant
from backend.notifications.templates import PAYOUT_HELD, PAYOUT_MADE, PAYOUT_REJECTED
from backend.outbox.relay import Consumer
from backend.settlement.events import PayoutAnswered, PayoutHeld

MONEY = "/merchant/money"
"""Where a merchant reads its statements, and answers what is held."""
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


async def tell_held(tx: Transaction, events: Sequence[PayoutHeld], now: Instant) -> None:
    """How many redemptions of which clearing wait, for how much, and where to hand in a proof."""
    for event in events:
        variables = _told(event.day, event.redemptions, event.amount_fen)
        await tell_merchant(tx, event.merchant_id, PAYOUT_HELD, variables, now=now, link=MONEY)


async def tell_answered(tx: Transaction, events: Sequence[PayoutAnswered], now: Instant) -> None:
    """That the money has come; or that it has not, and whose account to look at."""
    for event in events:
        template, link = (PAYOUT_MADE, MONEY) if event.accepted else (PAYOUT_REJECTED, KEEP)
        variables = _told(event.day, event.lines, event.amount_fen)
        await tell_merchant(tx, event.merchant_id, template, variables, now=now, link=link)


def _told(day: str, count: int, amount_fen: int) -> dict[str, str]:
    zh, en = day_in_words(date.fromisoformat(day))
    return {"day_zh": zh, "day_en": en, "count": str(count), "amount": yuan(amount_fen)}


def day_in_words(day: date) -> tuple[str, str]:
    """A day as people write it, in Chinese and in English."""
    return f"{day.year}年{day.month}月{day.day}日", f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


SETTLEMENT_CONSUMERS = (
    Consumer("settlement-tell-held", PayoutHeld, tell_held),
    Consumer("settlement-tell-answered", PayoutAnswered, tell_answered),
)
