"""A card was used: on record once, counted for the operator, and told to its owner and to the family.

Called in the transaction of what used it: a code that was made for the card, or a claim that came from its home device.
"""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.cards import store
from backend.cards.rules import PaperCard
from backend.database.transaction import Transaction
from backend.identity.person import still_here
from backend.kernel.actors import SYSTEM, Actor
from backend.kernel.instants import Instant, business_day, day_starts
from backend.merchants.find_merchants import merchant_names
from backend.notifications.notify import Notify, notify
from backend.notifications.rules import one_line
from backend.notifications.templates import PAPER_CARD_USED
from backend.vouchers.find_card_vouchers import card_vouchers_taken


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
    """The device that says so: only a card's home is believed, of the very card and of a voucher of its owner."""
    card_hash: bytes | None = None
    """Of what that device was shown."""
    quiet: bool = False
    """On record, and nobody is told: they just were."""


async def note_use(tx: Transaction, command: NoteUse, *, now: Instant) -> bool:
    """Whether it was noted; a use that is on record already, or that is none of this card at its home, is not.

    A device may claim any sum, before anybody judged it: no more counts than its voucher could give. Of a voucher that
    counted for the card that day already nobody is told again, so that a stolen device can send few messages.
    """
    card = await store.card_of(tx, command.card_id)
    amount_fen = None if card is None else await _believed(tx, command, card)
    if card is None or amount_fen is None or await store.has_use(tx, command.use_id):
        return False
    before = await store.used_since(tx, card.id, day_starts(business_day(now)))
    quiet = command.quiet or (command.device_id is not None and command.voucher_id in before)
    await store.insert_use(
        tx,
        use_id=command.use_id,
        card_id=card.id,
        voucher_id=command.voucher_id,
        operator_id=command.operator_id,
        merchant_id=command.merchant_id,
        amount_fen=amount_fen,
        at=command.at,
    )
    detail = f"card {card.id}, voucher {command.voucher_id}, fen {amount_fen}, by {command.operator_id}"
    await record(tx, new_entry(now, command.actor, "cards.use", ("resident", card.resident_id), detail=detail))
    # An account that was closed meanwhile is told nothing more.
    if not quiet and await still_here(tx, {card.resident_id}):
        await _tell(tx, command, card, amount_fen, now)
    return True


async def _believed(tx: Transaction, command: NoteUse, card: PaperCard) -> int | None:
    """What of the sum counts, in fen; ``None`` where a device tells of another card or of somebody else's voucher."""
    if command.device_id is None:
        return command.amount_fen
    shown = await store.cards_by_hash(tx, {command.card_hash or b""})
    if card.device_id != command.device_id or card.id not in {one.id for one in shown.values()}:
        return None
    voucher = (await card_vouchers_taken(tx, {command.voucher_id})).get(command.voucher_id)
    if voucher is None or voucher.resident_id != card.resident_id:
        return None
    return min(command.amount_fen, voucher.face_fen)


async def _tell(tx: Transaction, command: NoteUse, card: PaperCard, amount_fen: int, now: Instant) -> None:
    names = await merchant_names(tx, {command.merchant_id}) if command.merchant_id else {}
    zh, en = next(iter(names.values()), ("驿站", "a station"))
    yuan = f"{amount_fen // 100}.{amount_fen % 100:02}"
    told = Notify(
        recipient_id=card.resident_id,
        template=PAPER_CARD_USED,
        variables={"place_zh": one_line(zh), "place_en": one_line(en or zh), "face": yuan},
        link="/resident/me",
        phone=await store.family_phone_of(tx, card.id),
    )
    await notify(tx, told, now=now)
