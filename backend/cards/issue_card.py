"""An operator gives the person at the counter a card; one that they had before ends in the same act."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.cards import store
from backend.cards.number_rules import number_from
from backend.cards.rules import CARD_LIVES, DIGITS_SEEN, CardState, PaperCard, PaperCardReason, is_easy_pin
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.cards import DEMONSTRATION, Card, card_hash, issue_card
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey
from backend.kernel.trust import instant_of, seconds_of
from backend.notifications.notify import Notify, notify
from backend.notifications.rules import one_line
from backend.notifications.templates import PAPER_CARD_ISSUED
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.stations.find_stations import find_station
from backend.vouchers.assisted_code import AssistedWallet, ServedNo, served_person
from backend.vouchers.papers import Papers


class IssueCard(Struct, frozen=True, kw_only=True):
    """A card for the person at the counter; ``card_id`` names card and act, ``home`` the one device that may take it
    without a network. Of the PIN only its slow hash comes here.
    """

    card_id: UUID
    resident_id: UUID
    shift_id: UUID
    papers: Papers
    home: UUID
    pin_hash: str
    family_phone: str | None
    actor: Actor

    def __repr__(self) -> str:
        return f"IssueCard({self.card_id})"


class CardIssued(Struct, frozen=True, kw_only=True):
    """The card and the text of its code; ``replaced`` is the card that ended with it."""

    card_id: UUID
    number: int
    code: str
    typed_number: str
    """Twelve digits, printed beside the code; empty once the code is forgotten."""
    issued_at: datetime
    expires_at: datetime
    replaced: UUID | None
    again: bool = False

    def __repr__(self) -> str:
        return f"CardIssued({self.card_id})"


IssueOutcome = CardIssued | Refused[PaperCardReason] | ServedNo | IdReused


def pin_refused(pin: str, papers: Papers) -> Refused[PaperCardReason] | None:
    """Whether everybody would try this PIN first."""
    return Refused(PaperCardReason.PIN_EASY) if is_easy_pin(pin, papers.number) else None


async def issue_paper_card(tx: Transaction, command: IssueCard, *, now: Instant) -> IssueOutcome:
    """The new card. The same id again has the same answer, whatever PIN comes with it: the first one counts."""
    hashed = _hashed(tx, command)
    earlier = await earlier_answer(tx, command.card_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        told = earlier.decoded(CardIssued)
        code = await store.code_of(tx, told.card_id)
        return msgspec.structs.replace(told, code=code, typed_number=_number_on(tx, code) if code else "", again=True)
    asked = AssistedWallet(
        resident_id=command.resident_id, shift_id=command.shift_id, papers=command.papers, actor=command.actor
    )
    served = await served_person(tx, asked, now)
    if isinstance(served, Refused):
        return served
    shift = served[0]
    replaced = await store.lock_active(tx, command.resident_id)
    if replaced is not None:
        await store.end_card(tx, replaced.id, CardState.REPLACED, shift.operator_id, now)
    card = await _new_card(tx, command, shift.station_id, shift.operator_id, now)
    number = command.papers.number
    code = _printed(tx, card)
    await store.insert_card(
        tx,
        card,
        shift_id=shift.id,
        code=code,
        code_hash=card_hash(code),
        number=_number_on(tx, code),
        pin_hash=command.pin_hash,
        digits=None if number is None else number.upper()[-DIGITS_SEEN:],
        family_phone=command.family_phone,
    )
    issued = CardIssued(
        card_id=card.id,
        number=card.number,
        code=code,
        typed_number=_number_on(tx, code),
        issued_at=card.issued_at,
        expires_at=card.expires_at,
        replaced=None if replaced is None else replaced.id,
    )
    await _tell(tx, command, card, issued.replaced, now)
    await remember_answer(tx, card.id, hashed, msgspec.structs.replace(issued, code="", typed_number=""), now=now)
    return issued


def _hashed(tx: Transaction, command: IssueCard) -> bytes:
    keys, number, phone = tx.county.keys, command.papers.number, command.family_phone
    about = (command.actor.id, command.resident_id, command.shift_id, command.home, command.papers.proof)
    told = (
        None if number is None else keys.keyed_hash("card-papers", number).hex(),
        None if phone is None else keys.keyed_hash("card-family", phone).hex(),
    )
    return command_hash(("cards.issue", about, told))


async def _new_card(
    tx: Transaction, command: IssueCard, station_id: UUID, operator_id: UUID, now: Instant
) -> PaperCard:
    issued_at = instant_of(seconds_of(now))
    return PaperCard(
        id=command.card_id,
        number=await store.next_number(tx),
        resident_id=command.resident_id,
        station_id=station_id,
        device_id=command.home,
        issued_by=operator_id,
        issued_at=issued_at,
        expires_at=issued_at + CARD_LIVES,
        state=CardState.ACTIVE,
        ended_at=None,
        tries=0,
        notices=command.family_phone is not None,
    )


def _printed(tx: Transaction, card: PaperCard) -> str:
    content = Card(
        county=tx.county.code,
        card=card.id,
        not_before=card.issued_at,
        expires_at=card.expires_at,
        status_index=card.number,
        home=card.device_id,
        flags=DEMONSTRATION if tx.county.demonstration else 0,
    )
    keys = tx.county.keys
    return issue_card(content, issuer=SigningKey(keys.issuer_private), kid=bytes.fromhex(keys.issuer_kid))


def _number_on(tx: Transaction, code: str) -> str:
    return number_from(tx.county.keys.keyed_hash("card-number", code))


async def _tell(tx: Transaction, command: IssueCard, card: PaperCard, replaced: UUID | None, now: Instant) -> None:
    """The trail, the owner's inbox, and the family's phone, which learns thereby that it was named."""
    family = "family told" if card.notices else "no family phone"
    detail = f"card {card.id}, home {card.device_id}, replaced {replaced}, {family}"
    await record(tx, new_entry(now, command.actor, "cards.issue", ("resident", card.resident_id), detail=detail))
    station = await find_station(tx, card.station_id)
    zh, en = ("驿站", "a station") if station is None else (station.name_zh, station.name_en or station.name_zh)
    told = Notify(
        recipient_id=card.resident_id,
        template=PAPER_CARD_ISSUED,
        variables={"station_zh": one_line(zh), "station_en": one_line(en)},
        link="/resident/me",
        phone=command.family_phone,
    )
    await notify(tx, told, now=now)
