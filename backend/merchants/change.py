"""How does a merchant's standing move? The one path that suspending, reinstating and ending share."""

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
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.events import MerchantEnded, MerchantReinstated, MerchantSuspended
from backend.merchants.rules import MerchantReason, MerchantState, decide_change, lacks_licence
from backend.merchants.standing import forget_standing
from backend.merchants.store import listed as store
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.publish import publish
from backend.outbox.rules import IdReused, command_hash


class Change(Struct, frozen=True, kw_only=True):
    """Move a merchant to another state; ``change_id`` names the act, ``reason`` is for the record."""

    actor: Actor
    change_id: UUID
    merchant_id: UUID
    reason: str


class Changed(Struct, frozen=True, kw_only=True, tag="changed"):
    """The merchant stands so since then; ``again`` marks the answer to a repeated request."""

    merchant_id: UUID
    state: MerchantState
    since: datetime
    again: bool = False


NotChanged = Refused[MerchantReason] | Refused[GeneralReason]
_KEPT: Any = Changed | Refused[MerchantReason]
"""What is kept under an id, as msgspec reads it back."""

_ACTS = {
    MerchantState.SUSPENDED: ("merchants.suspend", MerchantSuspended),
    MerchantState.ADMITTED: ("merchants.reinstate", MerchantReinstated),
    MerchantState.ENDED: ("merchants.end", MerchantEnded),
}


async def change_standing(
    tx: Transaction, command: Change, to: MerchantState, now: Instant
) -> Changed | NotChanged | IdReused:
    """Move along an edge, once; a standing that cannot move this way is a refusal, kept under the id."""
    act, event = _ACTS[to]
    hashed = command_hash((act, command.merchant_id, command.reason))
    earlier = await earlier_answer(tx, command.change_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return _again(earlier.decoded(_KEPT))
    state = await store.lock_state(tx, command.merchant_id)
    if state is None:
        return Refused(GeneralReason.NOT_FOUND)
    refused = decide_change(state, to) or await _without_papers(tx, command.merchant_id, to, now)
    if refused is None:
        await store.move_state(tx, command.merchant_id, to, command.reason, now)
        forget_standing(tx, command.merchant_id)
        await publish(
            tx,
            event(event_id=new_id(), occurred_at=now, merchant_id=command.merchant_id, reason=command.reason),
            now=now,
        )
    await record(
        tx,
        new_entry(
            now,
            command.actor,
            act,
            ("merchant", command.merchant_id),
            from_state=state,
            to_state=None if refused else to,
            reason=refused.reason if refused else None,
            words=None if refused else command.reason,
        ),
    )
    outcome: Changed | Refused[MerchantReason] = refused or Changed(
        merchant_id=command.merchant_id, state=to, since=now
    )
    await remember_answer(tx, command.change_id, hashed, outcome, now=now)
    return outcome


async def _without_papers(
    tx: Transaction, merchant_id: UUID, to: MerchantState, now: Instant
) -> Refused[MerchantReason] | None:
    """Whose licence has run out comes back with a new one only."""
    if to is not MerchantState.ADMITTED:
        return None
    merchant = await store.merchant(tx, merchant_id)
    if merchant is None or not lacks_licence(merchant.papers, on=business_day(now)):
        return None
    return Refused(MerchantReason.LICENCE_EXPIRED)


def _again(earlier: Changed | Refused[MerchantReason]) -> Changed | Refused[MerchantReason]:
    return msgspec.structs.replace(earlier, again=True) if isinstance(earlier, Changed) else earlier
