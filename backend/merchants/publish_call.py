"""The office calls for merchants (征集公告): from here on the rules are public, and never change in silence."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import (
    CallRules,
    decide_publishing,
)
from backend.merchants.check_towns import check_towns
from backend.merchants.store import calls as store
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.places.premises import PremisesReason


class PublishCall(Struct, frozen=True, kw_only=True):
    """Publish a call; ``call_id`` names the act too."""

    actor: Actor
    call_id: UUID
    rules: CallRules


class CallPublished(Struct, frozen=True, kw_only=True, tag="call-published"):
    """The version is public and counts from then; ``again`` marks the answer to a repeated request."""

    call_id: UUID
    version: int
    published_at: datetime
    effective_at: datetime
    again: bool = False


NotPublished = Refused[CallReason] | Refused[PremisesReason] | IdReused


async def publish_call(tx: Transaction, command: PublishCall, *, now: Instant) -> CallPublished | NotPublished:
    """Publish once; the first version counts at once. Rules that contradict themselves bind no id."""
    hashed = command_hash(("merchants.publish-call", command.rules))
    earlier = await earlier_answer(tx, command.call_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(CallPublished), again=True)
    refused = decide_publishing(command.rules, at=now) or await check_towns(tx, command.rules.towns)
    if refused is not None:
        return refused
    await store.insert_call(tx, command.call_id, command.rules, command.actor.id, now)
    detail = f"version 1, {command.rules.document_no}"
    await record(
        tx, new_entry(now, command.actor, "merchants.publish-call", ("merchant-call", command.call_id), detail=detail)
    )
    published = CallPublished(call_id=command.call_id, version=1, published_at=now, effective_at=now)
    await remember_answer(tx, command.call_id, hashed, published, now=now)
    return published
