"""The rules of a published call change: as a new version, published seven days before it counts."""

from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import (
    CHANGE_AHEAD,
    CallRules,
    CallVersion,
    decide_change,
)
from backend.merchants.check_towns import check_towns
from backend.merchants.publish_call import CallPublished
from backend.merchants.store import calls as store
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.places.premises import PremisesReason


class ChangeCall(Struct, frozen=True, kw_only=True):
    """Publish the next version of a call's rules; ``change_id`` names the act."""

    actor: Actor
    change_id: UUID
    call_id: UUID
    rules: CallRules


NotChangedCall = Refused[CallReason] | Refused[PremisesReason] | Refused[GeneralReason] | IdReused


async def change_call(tx: Transaction, command: ChangeCall, *, now: Instant) -> CallPublished | NotChangedCall:
    """Publish the change; applications handed in before it counts keep the version they were handed in under."""
    hashed = command_hash(("merchants.change-call", command.call_id, command.rules))
    call = await store.lock_call(tx, command.call_id)
    if call is None:
        return Refused(GeneralReason.NOT_FOUND)
    earlier = await earlier_answer(tx, command.change_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(CallPublished), again=True)
    refused = decide_change(call, command.rules, at=now) or await check_towns(tx, command.rules.towns)
    if refused is not None:
        return refused
    version = CallVersion(
        version=call.versions[-1].version + 1,
        rules=command.rules,
        published_at=now,
        effective_at=now + CHANGE_AHEAD,
    )
    await store.insert_version(tx, call.id, version, command.actor.id)
    detail = f"version {version.version}, {command.rules.document_no}"
    await record(tx, new_entry(now, command.actor, "merchants.change-call", ("merchant-call", call.id), detail=detail))
    published = CallPublished(
        call_id=call.id, version=version.version, published_at=now, effective_at=version.effective_at
    )
    await remember_answer(tx, command.change_id, hashed, published, now=now)
    return published
