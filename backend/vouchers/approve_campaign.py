"""送审、复核、审批: three different people sign the same version, the last one with the document number (文号)."""

from collections.abc import Iterable, Set
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.acting import AskRoles, acting_roles
from backend.kernel.actors import Actor, Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.vouchers.desk_rules import CampaignState, DecisionStep, DeskReason
from backend.vouchers.desk_views import Campaign, Decision
from backend.vouchers.store import desk as store


class SignCampaign(Struct, frozen=True, kw_only=True):
    """Somebody signs, or sends back with a note; ``deputy_for`` names whom they stand in for (AB角)."""

    decision_id: UUID
    campaign_id: UUID
    version: int
    step: DecisionStep
    document_no: str | None = None
    note: str | None = None
    deputy_for: UUID | None = None
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        told = (self.document_no, self.note, self.deputy_for, self.actor.id)
        return command_hash(("sign", self.campaign_id, self.version, self.step, *told))


class Signed(Struct, frozen=True, kw_only=True):
    """Signed; where the campaign stands now."""

    campaign_id: UUID
    version: int
    state: CampaignState
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


STEP_ROLES = {
    DecisionStep.SUBMIT: frozenset({Role.OFFICE}),
    DecisionStep.REVIEW: frozenset({Role.REVIEWER}),
    DecisionStep.APPROVE: frozenset({Role.APPROVER}),
}
SENDING_BACK = frozenset().union(*STEP_ROLES.values())
"""Whoever may sign may send back."""


async def sign_campaign(
    tx: Transaction, command: SignCampaign, *, now: Instant
) -> Signed | Refused[DeskReason] | IdReused:
    """Take one step; a signature counts for its version only, and nobody stands behind two, themselves or by deputy.

    A refusal binds no id: nothing was signed, and the same press may be sent again.
    """
    campaign = await store.lock_campaign(tx, command.campaign_id)
    if campaign is None or command.actor.id is None:
        return Refused(DeskReason.NO_SUCH_CAMPAIGN)
    earlier = await earlier_answer(tx, command.decision_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(Signed), again=True) if isinstance(earlier, Earlier) else earlier
    if campaign.version != command.version:
        return Refused(DeskReason.STALE_VERSION)
    if not await _may_sign(tx, command, command.actor.id, now):
        return Refused(DeskReason.NOT_DEPUTY)
    decisions = await store.decisions_of(tx, command.campaign_id)
    signed = _since_submitted([decision for decision in decisions if decision.version == command.version])
    people = clerks(await store.authors_of(tx, command.campaign_id), decisions) | _behind(signed)
    to_state = _next_state(campaign, command, {decision.step for decision in signed}, people)
    if isinstance(to_state, Refused):
        return to_state
    await store.insert_decision(tx, command.campaign_id, _decision(command, command.actor.id, now))
    if to_state is not campaign.state:
        await store.change_state(tx, command.campaign_id, to_state, now)
    await record(
        tx,
        new_entry(
            now,
            command.actor,
            f"campaign.{command.step}",
            ("campaign", command.campaign_id),
            from_state=campaign.state,
            to_state=to_state,
            # A note stays in its row: it may name people, and the trail cannot forget.
            detail=" ".join(
                filter(None, (f"version {command.version}, decision {command.decision_id}", command.document_no))
            ),
        ),
    )
    outcome = Signed(campaign_id=command.campaign_id, version=command.version, state=to_state)
    await remember_answer(tx, command.decision_id, command.hashed(), outcome, now=now)
    return outcome


def _decision(command: SignCampaign, staff_id: UUID, now: Instant) -> Decision:
    return Decision(
        decision_id=command.decision_id,
        step=command.step,
        version=command.version,
        staff_id=staff_id,
        deputy_for=command.deputy_for,
        document_no=command.document_no,
        note=command.note,
        decided_at=now,
    )


async def _may_sign(tx: Transaction, command: SignCampaign, staff_id: UUID, now: Instant) -> bool:
    wanted = STEP_ROLES.get(command.step, SENDING_BACK)
    acting = await acting_roles(tx, AskRoles(staff_id=staff_id, at=now))
    if command.deputy_for is None:
        return not wanted.isdisjoint(acting.own)
    return any(grant.role in wanted and grant.principal_id == command.deputy_for for grant in acting.as_deputy)


def _since_submitted(signed: list[Decision]) -> list[Decision]:
    last = max((i for i, decision in enumerate(signed) if decision.step is DecisionStep.SUBMIT), default=0)
    return signed[last:]


def clerks(authors: Set[UUID], decisions: Iterable[Decision]) -> Set[UUID]:
    """经办: whoever wrote or handed in any version, and in whose stead."""
    return authors | _behind(decision for decision in decisions if decision.step is DecisionStep.SUBMIT)


def _behind(decisions: Iterable[Decision]) -> Set[UUID]:
    """Who signed, and in whose stead: a deputy's signature is both people's."""
    return {who for one in decisions for who in (one.staff_id, one.deputy_for) if who is not None}


def _next_state(
    campaign: Campaign, command: SignCampaign, steps: Set[DecisionStep], people: Set[UUID]
) -> CampaignState | Refused[DeskReason]:
    match command.step:
        case DecisionStep.SUBMIT if campaign.state is CampaignState.DRAFT:
            return CampaignState.IN_REVIEW
        case DecisionStep.SEND_BACK if campaign.state is CampaignState.IN_REVIEW:
            return CampaignState.DRAFT if (command.note or "").strip() else Refused(DeskReason.REASON_MISSING)
        case DecisionStep.REVIEW | DecisionStep.APPROVE if campaign.state is CampaignState.IN_REVIEW:
            if not people.isdisjoint({command.actor.id, command.deputy_for}):
                return Refused(DeskReason.SAME_PERSON)
            if command.step is DecisionStep.REVIEW:
                return Refused(DeskReason.WRONG_STATE) if DecisionStep.REVIEW in steps else CampaignState.IN_REVIEW
            if DecisionStep.REVIEW not in steps:
                return Refused(DeskReason.NOT_REVIEWED)
            if not command.document_no:
                return Refused(DeskReason.DOCUMENT_MISSING)
            return CampaignState.APPROVED
        case _:
            return Refused(DeskReason.WRONG_STATE)
