"""What the county knows of a card's owner: told to them in their own export, and erased when they close their account.

An account that is closed ends its card at the instant of the closing, and what tells of the person goes from all its
cards at once. That there was a card, and what it was used for, stays on record under the account's id.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.cards import store
from backend.cards.rules import CardState
from backend.database.transaction import Transaction
from backend.identity.events import AccountClosed
from backend.identity.personal_data import PersonalSection, Section
from backend.kernel.actors import SYSTEM
from backend.kernel.instants import Instant, to_wire
from backend.merchants.find_merchants import merchant_names
from backend.outbox.relay import Consumer

MOST_USES: Final = 1_000
NOBODY: Final = ("", "")


async def cards_section(tx: Transaction, resident_id: UUID) -> Section:
    """Every card with what is kept beside it. What is printed is not told: whoever reads this could print the card."""
    return Section(
        "paper_cards",
        [
            {
                "number": one.card.number,
                "state": one.card.state.value,
                "issued_at": to_wire(one.card.issued_at),
                "expires_at": to_wire(one.card.expires_at),
                "ended_at": None if one.card.ended_at is None else to_wire(one.card.ended_at),
                "document_ends_in": one.digits,
                "family_phone": one.family_phone,
            }
            for one in await store.kept_of(tx, resident_id)
        ],
    )


async def uses_section(tx: Transaction, resident_id: UUID) -> Section:
    """The newest uses of those cards."""
    uses = await store.uses_of(tx, resident_id, most=MOST_USES)
    names = await merchant_names(tx, {use.merchant_id for use in uses if use.merchant_id is not None})
    return Section(
        "paper_card_uses",
        [
            {
                "card_number": use.card_number,
                "at": to_wire(use.at),
                "voucher_id": str(use.voucher_id),
                "merchant": NOBODY[0] if use.merchant_id is None else names.get(use.merchant_id, NOBODY)[0],
                "amount_fen": use.amount_fen,
            }
            for use in uses
        ],
    )


async def forget_owners(tx: Transaction, events: Sequence[AccountClosed], now: Instant) -> None:
    """Whoever closed their account has no card any more."""
    for event in events:
        card = await store.lock_active(tx, event.resident_id)
        if card is not None:
            await store.end_card(tx, card.id, CardState.REVOKED, event.resident_id, event.occurred_at)
            entry = new_entry(
                now,
                SYSTEM,
                "cards.end",
                ("resident", event.resident_id),
                from_state=card.state,
                to_state=CardState.REVOKED,
                detail=f"card {card.id}, account closed",
            )
            await record(tx, entry)
        await store.erase_owner(tx, event.resident_id)


CARD_CONSUMERS: Final = (Consumer("cards-forget-owners", AccountClosed, forget_owners),)
CARD_SECTIONS: Final[tuple[PersonalSection, ...]] = (cards_section, uses_section)
