"""A merchant opens one more shop."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.events import StoreAdded as StoreAddedEvent
from backend.merchants.rules import MerchantReason, MerchantState, Store
from backend.merchants.store import listed as store
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.publish import publish
from backend.outbox.rules import IdReused, command_hash
from backend.places.check_premises import check_premises
from backend.places.locate import Locate, locate
from backend.places.premises import Premises, PremisesReason
from backend.places.rules import PlaceReason, Position, SubjectKind


class AddStore(Struct, frozen=True, kw_only=True):
    """Open a shop; ``store_id`` names the act too."""

    actor: Actor
    store_id: UUID
    merchant_id: UUID
    name_zh: str
    name_en: str
    premises: Premises
    position: Position | None = None


class StoreOpened(Struct, frozen=True, kw_only=True, tag="store-opened"):
    """The shop is open under this number; ``again`` marks the answer to a repeated request."""

    store_id: UUID
    merchant_id: UUID
    number: int
    again: bool = False


NotOpened = Refused[MerchantReason] | Refused[PremisesReason] | Refused[PlaceReason] | Refused[GeneralReason]
_KEPT: Any = StoreOpened | Refused[MerchantReason]
"""What is kept under an id, as msgspec reads it back."""


async def add_store(tx: Transaction, command: AddStore, *, now: Instant) -> StoreOpened | NotOpened | IdReused:
    """Open the shop under the merchant's next number; a merchant that has left opens none."""
    misplaced = await check_premises(tx, command.premises)
    if misplaced is not None:
        return misplaced
    hashed = command_hash(
        (
            "merchant.add-store",
            command.merchant_id,
            command.name_zh,
            command.name_en,
            command.premises,
            command.position,
        )
    )
    # Asked before the answer: the same request may be stored between the two.
    known = await store.is_shop(tx, command.store_id)
    earlier = await earlier_answer(tx, command.store_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return _again(earlier.decoded(_KEPT))
    if known:
        return IdReused()  # A merchant's first shop, whose id came with the merchant's.
    state = await store.lock_state(tx, command.merchant_id)
    if state is None:
        return Refused(GeneralReason.NOT_FOUND)
    if state is MerchantState.ENDED:
        refused = Refused(MerchantReason.MERCHANT_ENDED)
        await remember_answer(tx, command.store_id, hashed, refused, now=now)
        return refused
    if command.position is not None:
        located = Locate(
            actor=command.actor,
            subject_kind=SubjectKind.STORE,
            subject_id=str(command.store_id),
            position=command.position,
        )
        if isinstance(outside := await locate(tx, located, now=now), Refused):
            return outside
    opened = await _open(tx, command, now)
    await remember_answer(tx, command.store_id, hashed, opened, now=now)
    return opened


async def _open(tx: Transaction, command: AddStore, now: Instant) -> StoreOpened:
    number = await store.next_store_number(tx, command.merchant_id)
    shop = Store(
        id=command.store_id,
        number=number,
        name_zh=command.name_zh,
        name_en=command.name_en,
        premises=command.premises,
    )
    await store.insert_store(tx, command.merchant_id, shop, now)
    subject = ("merchant", command.merchant_id)
    await record(
        tx, new_entry(now, command.actor, "merchants.add-store", subject, detail=f"{number}: {command.name_zh}")
    )
    event = StoreAddedEvent(
        event_id=new_id(),
        occurred_at=now,
        merchant_id=command.merchant_id,
        store_id=command.store_id,
        town_code=command.premises.town_code,
    )
    await publish(tx, event, now=now)
    return StoreOpened(store_id=command.store_id, merchant_id=command.merchant_id, number=number)


def _again(earlier: StoreOpened | Refused[MerchantReason]) -> StoreOpened | Refused[MerchantReason]:
    return msgspec.structs.replace(earlier, again=True) if isinstance(earlier, StoreOpened) else earlier
