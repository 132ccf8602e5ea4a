"""Enter a draw: one entry a person by any matching key, while entering is open, under the claim's conditions."""

import secrets
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.rules import IdReused
from backend.vouchers.claim_rules import Claim, person_keys
from backend.vouchers.draw_rules import SALT_BYTES, DrawState, EntryReason
from backend.vouchers.rules import ClaimReason, decide_claimant, decide_window
from backend.vouchers.store import claims
from backend.vouchers.store import draws as store


class Entered(Struct, frozen=True, kw_only=True):
    """Entered; with the salt the entrant can show later that they are in the list."""

    entry_id: UUID
    round_id: UUID
    salt: str
    entered_at: datetime
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


EntryOutcome = Entered | Refused[ClaimReason] | Refused[EntryReason] | IdReused


async def enter_draw(tx: Transaction, command: Claim, *, now: Instant) -> EntryOutcome:
    """Take the entry, or say why not; a refusal binds no id, since nothing was entered.

    The draw's row stays locked with other entrants' until the commit: nobody is entered after the numbering.
    """
    draw = await store.lock_draw(tx, command.round_id, with_others=True)
    earlier = await earlier_answer(tx, command.claim_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(Entered), again=True) if isinstance(earlier, Earlier) else earlier
    round_ = await claims.read_round(tx, command.round_id)
    if round_ is None:
        return Refused(ClaimReason.NOT_OPEN)
    if draw is None:
        return Refused(EntryReason.NOT_A_DRAW)
    terms = round_.facts.terms
    if refused := decide_window(round_.facts, at=now):
        return refused
    if draw.state is not DrawState.COLLECTING:
        return Refused(ClaimReason.NOT_OPEN)
    if refused := decide_claimant(terms, command.facts):
        return refused
    if await store.has_entered(tx, command.round_id, command.people):
        return Refused(EntryReason.ALREADY_ENTERED)
    most = {limit.rule_id: limit.most for limit in terms.limits}
    taken = await claims.taken_keys(tx, person_keys(command, terms.limits, now))
    if any(nth >= most[rule] for (rule, _, _), nth in taken.items()):
        return Refused(ClaimReason.LIMIT_REACHED)
    salt = secrets.token_bytes(SALT_BYTES)
    await store.insert_entry(tx, command, salt, now)
    detail = f"round {command.round_id}"
    await record(tx, new_entry(now, command.actor, "draw.enter", ("entry", command.claim_id), detail=detail))
    outcome = Entered(entry_id=command.claim_id, round_id=command.round_id, salt=salt.hex(), entered_at=now)
    await remember_answer(tx, command.claim_id, command.hashed(), outcome, now=now)
    return outcome
