"""Run, pause, resume and end a campaign. A pause (熔断) binds every worker with its commit."""

from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.publish import publish
from backend.outbox.rules import IdReused, command_hash
from backend.vouchers.brake_rules import PauseScope
from backend.vouchers.desk_rules import CampaignState, DeskReason, may_step
from backend.vouchers.events import CampaignPaused, CampaignResumed
from backend.vouchers.store import desk as store


class Turn(StrEnum):
    """What the office does with a funded campaign."""

    RUN = "run"
    """开始"""
    PAUSE = "pause"
    """暂停"""
    RESUME = "resume"
    """恢复: only a person resumes"""
    END = "end"
    """结束"""


class SteerCampaign(Struct, frozen=True, kw_only=True):
    """One turn of the wheel; a pause needs its reason."""

    turn_id: UUID
    campaign_id: UUID
    turn: Turn
    reason: str | None = None
    scope: PauseScope = PauseScope.CLAIMS
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("steer", self.campaign_id, self.turn, self.reason, self.scope, self.actor.id))


class Steered(Struct, frozen=True, kw_only=True):
    """Where the campaign stands now."""

    campaign_id: UUID
    state: CampaignState
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


TARGETS = {
    Turn.RUN: (CampaignState.FUNDED, CampaignState.RUNNING),
    Turn.PAUSE: (CampaignState.RUNNING, CampaignState.PAUSED),
    Turn.RESUME: (CampaignState.PAUSED, CampaignState.RUNNING),
    Turn.END: (None, CampaignState.ENDED),
}


async def steer_campaign(
    tx: Transaction, command: SteerCampaign, *, now: Instant
) -> Steered | Refused[DeskReason] | IdReused:
    """Take the turn if the campaign's state has such an edge; the next claim anywhere sees it.

    A refusal binds no id: nothing was turned.
    """
    campaign = await store.lock_campaign(tx, command.campaign_id)
    if campaign is None:
        return Refused(DeskReason.NO_SUCH_CAMPAIGN)
    earlier = await earlier_answer(tx, command.turn_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(Steered), again=True) if isinstance(earlier, Earlier) else earlier
    from_state, to_state = TARGETS[command.turn]
    if from_state not in (None, campaign.state):
        return Refused(DeskReason.WRONG_STATE)
    if refused := may_step(campaign.state, to_state):
        return refused
    if command.turn is Turn.PAUSE and not command.reason:
        return Refused(DeskReason.REASON_MISSING)
    await store.change_state(tx, campaign.campaign_id, to_state, now)
    await _tell_pause(tx, command, now)
    await record(
        tx,
        new_entry(
            now,
            command.actor,
            f"campaign.{command.turn}",
            ("campaign", campaign.campaign_id),
            from_state=campaign.state,
            to_state=to_state,
            words=command.reason,
        ),
    )
    outcome = Steered(campaign_id=campaign.campaign_id, state=to_state)
    await remember_answer(tx, command.turn_id, command.hashed(), outcome, now=now)
    return outcome


async def _tell_pause(tx: Transaction, command: SteerCampaign, now: Instant) -> None:
    if command.turn is Turn.PAUSE:
        await store.change_pause(tx, command.campaign_id, command.scope, command.reason)
        await publish(
            tx,
            CampaignPaused(event_id=new_id(), occurred_at=now, campaign_id=command.campaign_id),
            now=now,
        )
    else:
        await store.change_pause(tx, command.campaign_id, "none", None)
    if command.turn is Turn.RESUME:
        await publish(tx, CampaignResumed(event_id=new_id(), occurred_at=now, campaign_id=command.campaign_id), now=now)
