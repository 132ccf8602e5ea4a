"""The applicant takes the application back, at any time before it is decided."""

from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.apply_to_call import handed_in
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import (
    UNDECIDED,
    ApplicationState,
    Step,
)
from backend.merchants.own_application import is_own
from backend.merchants.store import applications as store
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash


class WithdrawApplication(Struct, frozen=True, kw_only=True):
    """Take an application back; ``change_id`` names the act."""

    actor: Actor
    change_id: UUID
    application_id: UUID
    merchant_id: UUID | None = None
    """The merchant for which the actor acts, if any."""


class Moved(Struct, frozen=True, kw_only=True, tag="moved"):
    """Where the application stands now; ``again`` marks the answer to a repeated request."""

    application_id: UUID
    state: ApplicationState
    again: bool = False


async def withdraw_application(
    tx: Transaction, command: WithdrawApplication, *, now: Instant
) -> Moved | Refused[CallReason] | Refused[GeneralReason] | IdReused:
    """Withdraw; the same credit code may apply again. A refusal binds no id."""
    hashed = command_hash(("merchants.withdraw-application", command.application_id))
    application = await store.lock_application(tx, command.application_id)
    if application is None or not is_own(application, command.actor, command.merchant_id):
        return Refused(GeneralReason.NOT_FOUND)
    earlier = await earlier_answer(tx, command.change_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(Moved), again=True)
    if application.state not in UNDECIDED:
        return Refused(CallReason.STEP_UNFIT)
    await store.move(tx, application.id, ApplicationState.WITHDRAWN, ended_at=now)
    taken = handed_in(command.actor, Step.WITHDRAW, application, now)
    await store.insert_step(tx, application.id, taken)
    entry = new_entry(
        now,
        command.actor,
        "merchants.withdraw-application",
        ("merchant-application", application.id),
        from_state=application.state,
        to_state=ApplicationState.WITHDRAWN,
    )
    await record(tx, entry)
    moved = Moved(application_id=application.id, state=ApplicationState.WITHDRAWN)
    await remember_answer(tx, command.change_id, hashed, moved, now=now)
    return moved
