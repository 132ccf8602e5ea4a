"""A card was used: on record once, counted for the operator, and told to its owner and to the family.

Called in the transaction of what used it: a code that was made for the card, or a claim that came from its home device.
"""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.cards import store
from backend.database.transaction import Transaction
from backend.identity.person import still_here
from backend.kernel.actors import SYSTEM, Actor
from backend.kernel.instants import Instant
from backend.merchants.find_merchants import merchant_names
from backend.notifications.notify import Notify, notify
from backend.notifications.rules import one_line
from backend.notifications.templates import PAPER_CARD_USED


class NoteUse(Struct, frozen=True, kw_only=True):
    """A use, whose id is that of what used the card; ``at`` is when the card was shown."""

    use_id: UUID
    card_id: UUID
    voucher_id: UUID
    operator_id: UUID | None
    merchant_id: UUID | None
    amount_fen: int
    at: Instant
    actor: Actor = SYSTEM
    device_id: UUID | None = None
    """The device that says so; only a card's home is believed."""


async def note_use(tx: Transaction, command: NoteUse, *, now: Instant) -> bool:
    """Whether it was noted; a use that is on record already, or of a card that is not at home there, is not."""
    card = await store.card_of(tx, command.card_id)
    if card is None or (command.device_id is not None and card.device_id != command.device_id):
        return False
    if await store.has_use(tx, command.use_id):
        return False
    await store.insert_use(
        tx,
        use_id=command.use_id,
        card_id=card.id,
        voucher_id=command.voucher_id,
        operator_id=command.operator_id,
        merchant_id=command.merchant_id,
        amount_fen=command.amount_fen,
        at=command.at,
    )
    detail = f"card {card.id}, voucher {command.voucher_id}, fen {command.amount_fen}, by {command.operator_id}"
    await record(tx, new_entry(now, command.actor, "cards.use", ("resident", card.resident_id), detail=detail))
    if not await still_here(tx, {card.resident_id}):
        return True  # An account that was closed meanwhile is told nothing more.
    names = await merchant_names(tx, {command.merchant_id}) if command.merchant_id else {}
    zh, en = next(iter(names.values()), ("驿站", "a station"))
    yuan = f"{command.amount_fen // 100}.{command.amount_fen % 100:02}"
    told = Notify(
        recipient_id=card.resident_id,
        template=PAPER_CARD_USED,
        variables={"place_zh": one_line(zh), "place_en": one_line(en or zh), "face": yuan},
        link="/resident/me",
        phone=await store.family_phone_of(tx, card.id),
    )
    await notify(tx, told, now=now)
    return True
