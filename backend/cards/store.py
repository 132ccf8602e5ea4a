"""All SQL of paper cards."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from backend.cards.rules import PIN_TRIES, CardState, CardUse, HomeCard, KeptCard, PaperCard
from backend.cards.tables import cards, uses
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant

_DIGITS = "paper_cards.digits"
_FAMILY = "paper_cards.family_phone"
_CODE = "paper_cards.code"
NO_PIN: Final = "none"
"""In place of a hash: no PIN has it."""


def _card(row: Row[Any]) -> PaperCard:
    return PaperCard(
        id=row.id,
        number=row.number,
        resident_id=row.resident_id,
        station_id=row.station_id,
        device_id=row.device_id,
        issued_by=row.issued_by,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        state=CardState(row.state),
        ended_at=row.ended_at,
        tries=row.tries,
        notices=row.family_phone is not None,
    )


async def next_number(tx: Transaction) -> int:
    """The number of the next card; of two who ask at once one finds it taken, and is tried again."""
    return int((await tx.execute(select(func.coalesce(func.max(cards.c.number), 0)))).scalar_one()) + 1


async def insert_card(
    tx: Transaction,
    card: PaperCard,
    *,
    shift_id: UUID,
    code: str,
    code_hash: bytes,
    number: str,
    pin_hash: str,
    digits: str | None,
    family_phone: str | None,
) -> None:
    """Keep a new card; digits, phone and code are sealed, the typed number is kept as a keyed hash."""
    keys = tx.county.keys
    await tx.execute(
        insert(cards).values(
            id=card.id,
            number=card.number,
            resident_id=card.resident_id,
            station_id=card.station_id,
            device_id=card.device_id,
            shift_id=shift_id,
            issued_by=card.issued_by,
            issued_at=card.issued_at,
            expires_at=card.expires_at,
            state=card.state.value,
            code_hash=code_hash,
            code=keys.seal(code, place=_CODE),
            typed_hash=_typed_hash(tx, number),
            pin_hash=pin_hash,
            tries=0,
            digits=None if digits is None else keys.seal(digits, place=_DIGITS),
            family_phone=None if family_phone is None else keys.seal(family_phone, place=_FAMILY),
        )
    )


async def card_of(tx: Transaction, card_id: UUID) -> PaperCard | None:
    """One card."""
    row = (await tx.execute(select(cards).where(cards.c.id == card_id))).first()
    return None if row is None else _card(row)


async def lock_card(tx: Transaction, card_id: UUID) -> PaperCard | None:
    """One card, which nobody else can use or end before this transaction ends."""
    row = (await tx.execute(select(cards).where(cards.c.id == card_id).with_for_update())).first()
    return None if row is None else _card(row)


async def id_by_number(tx: Transaction, number: str) -> UUID | None:
    """The card with this printed number; none also where two have it."""
    found = (await tx.execute(select(cards.c.id).where(cards.c.typed_hash == _typed_hash(tx, number)).limit(2))).all()
    return found[0].id if len(found) == 1 else None


def _typed_hash(tx: Transaction, number: str) -> bytes:
    return tx.county.keys.keyed_hash("card-typed", number)


async def lock_active(tx: Transaction, resident_id: UUID) -> PaperCard | None:
    """The card of a resident that counts, locked."""
    asked = select(cards).where(cards.c.resident_id == resident_id, cards.c.state == CardState.ACTIVE.value)
    row = (await tx.execute(asked.with_for_update())).first()
    return None if row is None else _card(row)


async def code_of(tx: Transaction, card_id: UUID) -> str:
    """What is printed on a card; empty once it is forgotten."""
    row = (await tx.execute(select(cards.c.code).where(cards.c.id == card_id))).one()
    return "" if row.code is None else tx.county.keys.open(row.code, place=_CODE)


async def pin_hash_of(tx: Transaction, card_id: UUID, code_hash: bytes | None) -> str | None:
    """The slow hash of the PIN; ``None`` where the county knows no such card. A typed number comes without a code."""
    asked = select(cards.c.pin_hash).where(cards.c.id == card_id)
    if code_hash is not None:
        asked = asked.where(cards.c.code_hash == code_hash)
    found: str | None = (await tx.execute(asked)).scalar()
    return found


async def family_phone_of(tx: Transaction, card_id: UUID) -> str | None:
    """The phone that is told of uses."""
    sealed = (await tx.execute(select(cards.c.family_phone).where(cards.c.id == card_id))).scalar()
    return None if sealed is None else tx.county.keys.open(bytes(sealed), place=_FAMILY)


async def end_card(tx: Transaction, card_id: UUID, state: CardState, by: UUID, at: Instant) -> None:
    """A locked card counts no more."""
    ended = update(cards).where(cards.c.id == card_id)
    await tx.execute(ended.values(state=state.value, ended_at=at, ended_by=by))


async def take_try(tx: Transaction, card_id: UUID) -> bool:
    """Use up one try; false where none is left. The row stays locked, so that no two guesses use the same one."""
    taken = update(cards).where(cards.c.id == card_id, cards.c.tries < PIN_TRIES)
    return (await tx.execute(taken.values(tries=cards.c.tries + 1))).rowcount == 1


async def give_back_tries(tx: Transaction, card_id: UUID) -> None:
    """The PIN was right: all tries are free again."""
    await tx.execute(update(cards).where(cards.c.id == card_id).values(tries=0))


async def cards_before(
    tx: Transaction, *, resident_id: UUID | None, before: tuple[Instant, UUID] | None, most: int
) -> list[PaperCard]:
    """Cards, the newest first."""
    asked = select(cards).order_by(cards.c.issued_at.desc(), cards.c.id.desc()).limit(most)
    if resident_id is not None:
        asked = asked.where(cards.c.resident_id == resident_id)
    if before is not None:
        at, card_id = before
        asked = asked.where((cards.c.issued_at < at) | ((cards.c.issued_at == at) & (cards.c.id < card_id)))
    return [_card(row) for row in await tx.execute(asked)]


async def active_at(tx: Transaction, device_id: UUID, at: Instant) -> list[HomeCard]:
    """Cards that count at a device, by their numbers."""
    c = cards.c
    asked = select(cards).where(c.device_id == device_id, c.state == CardState.ACTIVE.value, c.expires_at > at)
    keys = tx.county.keys
    return [
        HomeCard(
            code=keys.open(bytes(row.code), place=_CODE),
            resident_id=row.resident_id,
            digits=None if row.digits is None else keys.open(bytes(row.digits), place=_DIGITS),
            expires_at=row.expires_at,
        )
        for row in await tx.execute(asked.order_by(c.number))
    ]


async def cards_by_hash(tx: Transaction, hashes: Collection[bytes]) -> dict[bytes, PaperCard]:
    """Cards by the hash of what is printed."""
    rows = await tx.execute(select(cards).where(cards.c.code_hash.in_(sorted(hashes))))
    return {bytes(row.code_hash): _card(row) for row in rows}


async def forget_ended(tx: Transaction, before: Instant) -> None:
    """What tells of a person goes from cards that ended or ran out before an instant; the rest is the record."""
    over = (cards.c.ended_at < before) | (cards.c.expires_at < before)
    await tx.execute(update(cards).where(over).values(code=None, typed_hash=None, digits=None, family_phone=None))


async def kept_of(tx: Transaction, resident_id: UUID) -> list[KeptCard]:
    """A resident's cards with what is kept beside them, the first issued first."""
    keys = tx.county.keys
    return [
        KeptCard(
            card=_card(row),
            digits=None if row.digits is None else keys.open(bytes(row.digits), place=_DIGITS),
            family_phone=None if row.family_phone is None else keys.open(bytes(row.family_phone), place=_FAMILY),
        )
        for row in await tx.execute(select(cards).where(cards.c.resident_id == resident_id).order_by(cards.c.number))
    ]


async def uses_of(tx: Transaction, resident_id: UUID, *, most: int) -> list[CardUse]:
    """What a resident's cards were used for, the newest first."""
    asked = (
        select(uses, cards.c.number)
        .join(cards, cards.c.id == uses.c.card_id)
        .where(cards.c.resident_id == resident_id)
        .order_by(uses.c.at.desc(), uses.c.id)
        .limit(most)
    )
    return [
        CardUse(
            card_number=row.number,
            voucher_id=row.voucher_id,
            merchant_id=row.merchant_id,
            amount_fen=row.amount_fen,
            at=row.at,
        )
        for row in await tx.execute(asked)
    ]


async def erase_owner(tx: Transaction, resident_id: UUID) -> None:
    """What tells of a person goes from all their cards, and the PIN that they chose."""
    gone = {"code": None, "typed_hash": None, "digits": None, "family_phone": None, "pin_hash": NO_PIN}
    await tx.execute(update(cards).where(cards.c.resident_id == resident_id).values(gone))


async def insert_use(
    tx: Transaction,
    *,
    use_id: UUID,
    card_id: UUID,
    voucher_id: UUID,
    operator_id: UUID | None,
    merchant_id: UUID | None,
    amount_fen: int,
    at: Instant,
) -> None:
    """Put a use on record."""
    row = {"id": use_id, "card_id": card_id, "voucher_id": voucher_id, "operator_id": operator_id}
    await tx.execute(insert(uses).values(row | {"merchant_id": merchant_id, "amount_fen": amount_fen, "at": at}))


async def has_use(tx: Transaction, use_id: UUID) -> bool:
    """Whether a use is on record."""
    return (await tx.execute(select(uses.c.id).where(uses.c.id == use_id))).first() is not None


async def used_since(tx: Transaction, card_id: UUID, since: Instant) -> dict[UUID, int]:
    """What a card was used for from an instant on: the most in fen of each voucher."""
    asked = select(uses.c.voucher_id, func.max(uses.c.amount_fen)).where(uses.c.card_id == card_id, uses.c.at >= since)
    return {row[0]: int(row[1]) for row in await tx.execute(asked.group_by(uses.c.voucher_id))}


async def issued_by_operator(tx: Transaction, since: Instant) -> dict[UUID, tuple[int, int]]:
    """(Cards issued, of them such as ended since) by operator, from an instant on."""
    ended = func.count(cards.c.ended_at)
    asked = select(cards.c.issued_by, func.count(), ended).where(cards.c.issued_at >= since).group_by(cards.c.issued_by)
    return {row[0]: (int(row[1]), int(row[2])) for row in await tx.execute(asked)}


async def used_by_operator(tx: Transaction, since: Instant) -> dict[UUID, tuple[int, int, int]]:
    """(Uses, their fen, people) by the operator who took the card, from an instant on."""
    people = func.count(func.distinct(cards.c.resident_id))
    asked = (
        select(uses.c.operator_id, func.count(), func.sum(uses.c.amount_fen), people)
        .join(cards, cards.c.id == uses.c.card_id)
        .where(uses.c.at >= since, uses.c.operator_id.is_not(None))
        .group_by(uses.c.operator_id)
    )
    return {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in await tx.execute(asked)}
