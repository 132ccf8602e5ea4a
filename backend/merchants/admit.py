"""The office puts a merchant on the list and opens its first shop."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, business_day
from backend.kernel.refusals import Refused
from backend.merchants.events import MerchantAdmitted
from backend.merchants.rules import Merchant, MerchantReason, MerchantState, Papers, Store, decide_papers
from backend.merchants.store import listed as store
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.publish import publish
from backend.outbox.rules import IdReused, command_hash
from backend.places.check_premises import check_premises
from backend.places.locate import Locate, locate
from backend.places.premises import Premises, PremisesReason
from backend.places.rules import PlaceReason, Position, SubjectKind


class Admit(Struct, frozen=True, kw_only=True):
    """Admit a merchant; ``merchant_id`` names the act too, ``store_id`` its first shop."""

    actor: Actor
    merchant_id: UUID
    store_id: UUID
    papers: Papers
    premises: Premises
    position: Position | None = None


class Admitted(Struct, frozen=True, kw_only=True, tag="admitted"):
    """The merchant is on the list; ``again`` marks the answer to a repeated request."""

    merchant_id: UUID
    store_id: UUID
    admitted_at: datetime
    again: bool = False


NotAdmitted = Refused[MerchantReason] | Refused[PremisesReason] | Refused[PlaceReason]
_KEPT: Any = Admitted | Refused[MerchantReason]
"""What is kept under an id, as msgspec reads it back."""


async def admit(tx: Transaction, command: Admit, *, now: Instant) -> Admitted | NotAdmitted | IdReused:
    """Admit once per credit code. Papers that cannot be right are told so and bind no id; nothing moves then."""
    county = tx.county
    unfit = decide_papers(command.papers, today=business_day(now), demonstration=county.demonstration)
    if unfit is not None:
        return unfit
    misplaced = await check_premises(tx, command.premises)
    if misplaced is not None:
        return misplaced
    told = ("merchant.admit", command.store_id, command.papers, command.premises, command.position)
    hashed = command_hash(told)
    # Asked before the answer: the same request may be stored between the two.
    known = await store.is_shop(tx, command.store_id)
    earlier = await earlier_answer(tx, command.merchant_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return _again(earlier.decoded(_KEPT))
    if known:
        return IdReused()  # The first shop's id comes with its merchant's, and is bound to no answer of its own.
    if await store.is_listed(tx, command.papers.credit_code):
        refused = Refused(MerchantReason.CREDIT_CODE_TAKEN)
        await remember_answer(tx, command.merchant_id, hashed, refused, now=now)
        return refused
    located = Locate(
        actor=command.actor,
        subject_kind=SubjectKind.STORE,
        subject_id=str(command.store_id),
        position=command.position,
    )
    if command.position is not None and isinstance(outside := await locate(tx, located, now=now), Refused):
        return outside
    await _list(tx, command, now)
    admitted = Admitted(merchant_id=command.merchant_id, store_id=command.store_id, admitted_at=now)
    await remember_answer(tx, command.merchant_id, hashed, admitted, now=now)
    return admitted


def _again(earlier: Admitted | Refused[MerchantReason]) -> Admitted | Refused[MerchantReason]:
    return msgspec.structs.replace(earlier, again=True) if isinstance(earlier, Admitted) else earlier


async def _list(tx: Transaction, command: Admit, now: Instant) -> None:
    papers = command.papers
    merchant = Merchant(
        id=command.merchant_id,
        papers=papers,
        main=Store(
            id=command.store_id,
            number=1,
            name_zh=papers.name_zh,
            name_en=papers.name_en,
            premises=command.premises,
        ),
        state=MerchantState.ADMITTED,
        demonstration=tx.county.demonstration,
        admitted_at=now,
    )
    await store.insert_merchant(tx, merchant)
    await record(
        tx,
        new_entry(
            now,
            command.actor,
            "merchants.admit",
            ("merchant", merchant.id),
            to_state=merchant.state,
            detail=f"{papers.registered_name} {papers.credit_code} {papers.trade}",
        ),
    )
    event = MerchantAdmitted(
        event_id=new_id(),
        occurred_at=now,
        merchant_id=merchant.id,
        trade=papers.trade,
        town_code=command.premises.town_code,
    )
    await publish(tx, event, now=now)
