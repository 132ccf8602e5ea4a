"""Two people enter the seed of a draw, each for themselves; what both entered alike decides, once and for good."""

from datetime import datetime
from enum import StrEnum
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
from backend.outbox.due import plan as plan_due
from backend.outbox.rules import DueWork, IdReused, command_hash
from backend.vouchers.draw_rules import DrawReason, DrawState, Seal, decide_seed, differs, ranked, split_ranks
from backend.vouchers.draw_views import Draw
from backend.vouchers.issue_draw import ISSUE_DRAW
from backend.vouchers.store import claims
from backend.vouchers.store import draws as store


class Progress(StrEnum):
    """What came of one person's entry."""

    WAITING = "waiting"
    """等待另一人录入"""
    DIFFERS = "differs"
    """两人录入不一致"""
    MATCHED = "matched"
    """两人一致"""


class EnterSeed(Struct, frozen=True, kw_only=True):
    """One person enters what was drawn, and the notary's record of it. A later entry replaces one's own earlier one."""

    seed_id: UUID
    round_id: UUID
    seal: Seal
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("draw.seed", self.round_id, self.seal, self.actor.id))


class SeedEntered(Struct, frozen=True, kw_only=True):
    """Entered; ``differing`` names the fields in which the two are not alike, never what the other person entered."""

    seed_id: UUID
    round_id: UUID
    progress: Progress
    differing: tuple[str, ...] = ()
    entered_at: datetime
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


async def enter_seed(
    tx: Transaction, command: EnterSeed, *, now: Instant
) -> SeedEntered | Refused[DrawReason] | IdReused:
    """Keep what this person entered; when somebody else's is alike, the result is drawn with it.

    A refusal binds no id: nothing was entered.
    """
    draw = await store.lock_draw(tx, command.round_id)
    if draw is None or command.actor.id is None:
        return Refused(DrawReason.NO_SUCH_DRAW)
    earlier = await earlier_answer(tx, command.seed_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(SeedEntered), again=True) if isinstance(earlier, Earlier) else earlier
    if refused := decide_seed(draw.plan, draw.state, draw.numbered_at, command.seal.value, at=now):
        return refused
    others = [one for one in await store.seeds_of(tx, command.round_id) if one.staff_id != command.actor.id]
    await store.insert_seed(tx, command.seed_id, command.round_id, command.actor.id, command.seal, now)
    # What was entered stands in its own row until it is public: the trail is read by others.
    await record(tx, new_entry(now, command.actor, "draw.enter-seed", ("round", command.round_id)))
    progress, differing = Progress.WAITING, []
    if others:
        differing = min((differs(command.seal, one.seal) for one in others), key=len)
        progress = Progress.DIFFERS if differing else Progress.MATCHED
    if progress is Progress.MATCHED:
        await _draw(tx, draw, command, now)
    outcome = SeedEntered(
        seed_id=command.seed_id,
        round_id=command.round_id,
        progress=progress,
        differing=tuple(differing),
        entered_at=now,
    )
    await remember_answer(tx, command.seed_id, command.hashed(), outcome, now=now)
    return outcome


async def _draw(tx: Transaction, draw: Draw, command: EnterSeed, now: Instant) -> None:
    """numbered → drawn, by arithmetic alone."""
    round_ = await claims.read_round(tx, draw.round_id)
    assert draw.root is not None, "a draw that takes a seed is numbered"
    assert draw.count is not None, "and counted"
    assert round_ is not None, "a draw has its round"
    ranks = ranked(command.seal.value, draw.round_id, draw.root, draw.count)
    winners, reserves = split_ranks(ranks, round_.facts.pieces, draw.plan.reserves)
    await store.fix_result(tx, draw.round_id, command.seal, [*winners, *reserves], now)
    await plan_due(tx, DueWork(kind=ISSUE_DRAW, key=str(draw.round_id), due_at=now))
    told = f"seed {command.seal.value}, {len(winners)} winners, {len(reserves)} reserves"
    await record(
        tx,
        new_entry(
            now,
            command.actor,
            "draw.draw",
            ("round", draw.round_id),
            from_state=DrawState.NUMBERED,
            to_state=DrawState.DRAWN,
            detail=f"{told}, {command.seal.document_no} {command.seal.file_sha256}",
        ),
    )
