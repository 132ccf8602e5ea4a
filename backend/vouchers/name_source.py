"""The planned source was drawn before the list was public: two people name a later issue of it, each for themselves.

Only then. A source that is still good stands, however little somebody likes what comes out of it.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.vouchers.draw_rules import DrawReason, decide_source
from backend.vouchers.draw_views import NamedSource
from backend.vouchers.enter_seed import Progress
from backend.vouchers.store import draws as store


class NameSource(Struct, frozen=True, kw_only=True):
    """One person names a later issue of the same source, with the document that says so."""

    source_id: UUID
    round_id: UUID
    named: NamedSource
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("draw.source", self.round_id, self.named, self.actor.id))


class SourceNamed(Struct, frozen=True, kw_only=True):
    """Named; it counts once two people have named the same."""

    source_id: UUID
    round_id: UUID
    progress: Progress
    entered_at: datetime
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


async def name_source(
    tx: Transaction, command: NameSource, *, now: Instant
) -> SourceNamed | Refused[DrawReason] | IdReused:
    """Keep what this person named; when two named the same, it is the draw's source. A refusal binds no id."""
    draw = await store.lock_draw(tx, command.round_id)
    if draw is None or command.actor.id is None:
        return Refused(DrawReason.NO_SUCH_DRAW)
    earlier = await earlier_answer(tx, command.source_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(SourceNamed), again=True) if isinstance(earlier, Earlier) else earlier
    at = command.named.published_at
    if refused := decide_source(draw.plan, draw.state, draw.numbered_at, at, at=now):
        return refused
    others = [one for one in await store.sources_of(tx, command.round_id) if one.staff_id != command.actor.id]
    await store.insert_source(tx, command.source_id, command.round_id, command.actor.id, command.named, now)
    progress = Progress.DIFFERS if others else Progress.WAITING
    if any(one.named == command.named for one in others):
        progress = Progress.MATCHED
        await store.name_source(tx, command.round_id, command.named)
    told = f"{command.named.issue}, {at.isoformat()}, {command.named.document_no}: {progress}"
    await record(tx, new_entry(now, command.actor, "draw.name-source", ("round", command.round_id), detail=told))
    outcome = SourceNamed(source_id=command.source_id, round_id=command.round_id, progress=progress, entered_at=now)
    await remember_answer(tx, command.source_id, command.hashed(), outcome, now=now)
    return outcome
