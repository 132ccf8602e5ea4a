"""A card is lost, given back, or called back by the office: from now on it counts nowhere.

Its home device learns of it with its next pull; what that device took before is judged by what it could know.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.cards import store
from backend.cards.rules import CardState, EndWhy, PaperCard, PaperCardReason
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.notifications.notify import Notify, notify
from backend.notifications.templates import PAPER_CARD_ENDED
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.vouchers.assisted_code import AssistedWallet, ServedNo, served_person
from backend.vouchers.papers import Papers

_STATES = {EndWhy.LOST: CardState.LOST, EndWhy.RETURNED: CardState.REVOKED}


class EndCard(Struct, frozen=True, kw_only=True):
    """A station ends the card of the person at the counter; ``end_id`` names the act."""

    end_id: UUID
    resident_id: UUID
    shift_id: UUID
    papers: Papers
    why: EndWhy
    actor: Actor


class RevokeCard(Struct, frozen=True, kw_only=True):
    """The office calls a card back; ``revocation_id`` names the act."""

    revocation_id: UUID
    card_id: UUID
    lost: bool
    words: str
    actor: Actor


class CardEnded(Struct, frozen=True, kw_only=True):
    """The card counts no more from ``ended_at`` on."""

    card_id: UUID
    state: CardState
    ended_at: datetime
    again: bool = False


async def end_own_card(
    tx: Transaction, command: EndCard, *, now: Instant
) -> CardEnded | Refused[PaperCardReason] | ServedNo | IdReused:
    """With the papers of its owner, as at its issue."""
    hashed = command_hash(("cards.end", command.actor.id, command.resident_id, command.shift_id, command.why))
    earlier = await earlier_answer(tx, command.end_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(CardEnded), again=True)
    asked = AssistedWallet(
        resident_id=command.resident_id, shift_id=command.shift_id, papers=command.papers, actor=command.actor
    )
    served = await served_person(tx, asked, now)
    if isinstance(served, Refused):
        return served
    card = await store.lock_active(tx, command.resident_id)
    if card is None:
        return Refused(PaperCardReason.NO_CARD)
    ended = await _end(tx, card, _STATES[command.why], command.actor, None, now)
    await remember_answer(tx, command.end_id, hashed, ended, now=now)
    return ended


async def revoke_card(
    tx: Transaction, command: RevokeCard, *, now: Instant
) -> CardEnded | Refused[PaperCardReason] | Refused[GeneralReason] | IdReused:
    """By the office, who was told of the loss or has another reason, which is on record."""
    hashed = command_hash(("cards.revoke", command.actor.id, command.card_id, command.lost, command.words))
    earlier = await earlier_answer(tx, command.revocation_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(CardEnded), again=True)
    card = await store.lock_card(tx, command.card_id)
    if card is None:
        return Refused(GeneralReason.NOT_FOUND)
    if card.state is not CardState.ACTIVE:
        return Refused(PaperCardReason.ENDED)
    state = CardState.LOST if command.lost else CardState.REVOKED
    ended = await _end(tx, card, state, command.actor, command.words, now)
    await remember_answer(tx, command.revocation_id, hashed, ended, now=now)
    return ended


async def _end(
    tx: Transaction, card: PaperCard, state: CardState, actor: Actor, words: str | None, now: Instant
) -> CardEnded:
    assert actor.id is not None, "whoever ends a card is somebody"
    await store.end_card(tx, card.id, state, actor.id, now)
    entry = new_entry(
        now,
        actor,
        "cards.end",
        ("resident", card.resident_id),
        from_state=card.state,
        to_state=state,
        detail=f"card {card.id}",
        words=words,
    )
    await record(tx, entry)
    told = Notify(recipient_id=card.resident_id, template=PAPER_CARD_ENDED, variables={}, link="/resident/me")
    phone = await store.family_phone_of(tx, card.id)
    await notify(tx, msgspec.structs.replace(told, phone=phone), now=now)
    return CardEnded(card_id=card.id, state=state, ended_at=now)
