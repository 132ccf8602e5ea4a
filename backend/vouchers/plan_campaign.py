"""Write a campaign down as a plan, and change the plan while it is a draft; every version stays readable."""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.merchants.find_calls import known_calls
from backend.outbox.rules import IdReused
from backend.vouchers.desk_rules import (
    CampaignPlan,
    CampaignState,
    DeskReason,
    Fault,
    faults_of,
    taken_rounds,
    unknown_lists,
)
from backend.vouchers.store import desk as store


class PlanCampaign(Struct, frozen=True, kw_only=True):
    """经办 saves a plan; ``version`` is the one it was read at, ``None`` for a new campaign."""

    campaign_id: UUID
    plan: CampaignPlan
    version: int | None
    actor: Actor


class Planned(Struct, frozen=True, kw_only=True):
    """Saved, as this version."""

    campaign_id: UUID
    version: int
    again: bool = False


class PlanFaults(Struct, frozen=True):
    """Not saved: everything in the plan that contradicts itself."""

    faults: list[Fault]


async def plan_campaign(
    tx: Transaction, command: PlanCampaign, *, now: Instant
) -> Planned | PlanFaults | Refused[DeskReason] | IdReused:
    """Save a draft; a plan that contradicts itself is told everything that is wrong at once."""
    if faults := faults_of(command.plan):
        return PlanFaults(faults)
    present = await store.lock_campaign(tx, command.campaign_id)
    if present is None:
        if command.version is not None:
            return Refused(DeskReason.STALE_VERSION)
        if elsewhere := await _elsewhere(tx, command):
            return PlanFaults(elsewhere)
        await store.insert_campaign(tx, command.campaign_id, command.plan, command.actor.id, now)
        await _record(tx, command, 1, now)
        return Planned(campaign_id=command.campaign_id, version=1)
    if command.version is None:
        same = present.version == 1 and present.plan == command.plan and present.made_by == command.actor.id
        return Planned(campaign_id=command.campaign_id, version=1, again=True) if same else IdReused()
    if present.state is not CampaignState.DRAFT:
        return Refused(DeskReason.WRONG_STATE)
    if present.version != command.version:
        return Refused(DeskReason.STALE_VERSION)
    if elsewhere := await _elsewhere(tx, command):
        return PlanFaults(elsewhere)
    version = present.version + 1
    await store.insert_version(tx, command.campaign_id, version, command.plan, command.actor.id, now)
    await store.change_version(tx, command.campaign_id, version, command.plan, now)
    await _record(tx, command, version, now)
    return Planned(campaign_id=command.campaign_id, version=version)


async def _elsewhere(tx: Transaction, command: PlanCampaign) -> list[Fault]:
    """Rounds that another campaign has or plans, noticed only when the money comes, could not be mended any more; nor
    could a list of a call that there is not: no merchant would ever be on it."""
    taken = await store.rounds_elsewhere(tx, command.campaign_id, command.plan, planned=True)
    named = {call_id for kind in command.plan.kinds for call_id in kind.terms.lists}
    return taken_rounds(command.plan, taken) + unknown_lists(command.plan, named - await known_calls(tx, named))


async def _record(tx: Transaction, command: PlanCampaign, version: int, now: Instant) -> None:
    await record(
        tx,
        new_entry(
            now,
            command.actor,
            "campaign.plan",
            ("campaign", command.campaign_id),
            to_state=CampaignState.DRAFT,
            detail=f"version {version}",
        ),
    )
