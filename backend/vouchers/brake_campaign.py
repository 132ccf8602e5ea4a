"""A level was crossed: tell the office, or pause the campaign with the reason; a crossing that is over is noted.

Each is one transaction under the campaign's lock. A crash between the warning and the pause leaves a warning; the next
look pauses. Nothing here resumes anything: only a person does.
"""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.list_staff import holders
from backend.kernel.actors import ACTING_ROLES, SYSTEM
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.merchants.find_merchants import merchant_names
from backend.notifications.notify import Notify, notify_many
from backend.notifications.rules import Template, one_line
from backend.notifications.templates import CAMPAIGN_BRAKED, CAMPAIGN_WARNED
from backend.outbox.publish import publish
from backend.vouchers.brake_rules import (
    RULE_WORDS,
    Alert,
    AlertLevel,
    PauseScope,
    Raise,
    Reading,
    alert_words,
    told_figures,
    told_value,
)
from backend.vouchers.desk_rules import CampaignState
from backend.vouchers.desk_views import Campaign
from backend.vouchers.events import CampaignPaused
from backend.vouchers.store import brake
from backend.vouchers.store import desk as store


class RaiseAlert(Struct, frozen=True, kw_only=True):
    """What was decided for a campaign."""

    campaign_id: UUID
    raised: Raise


class EndAlert(Struct, frozen=True, kw_only=True):
    """The crossing is over."""

    campaign_id: UUID
    alert: Alert


async def raise_alert(tx: Transaction, command: RaiseAlert, *, now: Instant) -> bool:
    """Whether this call did it; what another worker has raised meanwhile is not raised again."""
    campaign = await store.lock_campaign(tx, command.campaign_id)
    raised, reading = command.raised, command.raised.reading
    if campaign is None or not _can(campaign, raised):
        return False
    if raised.instead_of is not None:
        await brake.end_alert(tx, raised.instead_of, now)
    living = (await brake.live_alerts(tx, [campaign.campaign_id])).get(campaign.campaign_id, [])
    if any(one.key == reading.key and one.level is raised.level for one in living):
        return False
    alert = Alert(
        alert_id=new_id(),
        rule=reading.rule,
        level=raised.level,
        subject_id=reading.subject_id,
        value=reading.value,
        limit=raised.limit,
        figures=reading.figures,
        raised_at=now,
    )
    await brake.insert_alert(tx, campaign.campaign_id, alert)
    about = (await merchant_names(tx, [reading.subject_id])).get(reading.subject_id)
    if raised.level is AlertLevel.PAUSE:
        await _pause(tx, campaign, raised, about, now)
    else:
        await _record(tx, campaign, "campaign.warn", raised, now)
    await _tell(tx, campaign, raised, about, now)
    return True


async def end_alert(tx: Transaction, command: EndAlert, *, now: Instant) -> bool:
    """Noted with the alert alone: nothing happened to the campaign."""
    return await brake.end_alert(tx, command.alert.alert_id, now)


def _can(campaign: Campaign, raised: Raise) -> bool:
    if campaign.state is CampaignState.RUNNING:
        return True
    if campaign.state is not CampaignState.PAUSED:
        return False
    widens = campaign.pause_scope == PauseScope.CLAIMS and raised.scope is PauseScope.EVERYTHING
    return raised.level is AlertLevel.WARN or widens


async def _pause(
    tx: Transaction, campaign: Campaign, raised: Raise, about: tuple[str, str] | None, now: Instant
) -> None:
    if campaign.state is CampaignState.RUNNING:
        await store.change_state(tx, campaign.campaign_id, CampaignState.PAUSED, now)
    reason = alert_words(raised.level, raised.reading, raised.limit, about)
    await store.change_pause(tx, campaign.campaign_id, raised.scope, reason[:400])
    await publish(tx, CampaignPaused(event_id=new_id(), occurred_at=now, campaign_id=campaign.campaign_id), now=now)
    await _record(tx, campaign, "campaign.pause", raised, now)


async def _record(tx: Transaction, campaign: Campaign, act: str, raised: Raise, now: Instant) -> None:
    reading = raised.reading
    paused = raised.level is AlertLevel.PAUSE
    words = alert_words(raised.level, reading, raised.limit, None)
    await record(
        tx,
        new_entry(
            now,
            SYSTEM,
            act,
            ("campaign", campaign.campaign_id),
            from_state=campaign.state if paused else None,
            to_state=CampaignState.PAUSED if paused else None,
            detail=words if reading.subject_id == campaign.campaign_id else f"{words} {reading.subject_id}",
        ),
    )


async def _tell(
    tx: Transaction, campaign: Campaign, raised: Raise, about: tuple[str, str] | None, now: Instant
) -> None:
    template = CAMPAIGN_BRAKED if raised.level is AlertLevel.PAUSE else CAMPAIGN_WARNED
    people = {person for role in sorted(ACTING_ROLES) for person in await holders(tx, role)}
    variables = _variables(campaign, raised, about)
    link = f"/office/campaigns/{campaign.campaign_id}/board"
    told = [_notify(person, template, variables, link) for person in sorted(people)]
    await notify_many(tx, told, now=now)


def _notify(person: UUID, template: Template, variables: dict[str, str], link: str) -> Notify:
    return Notify(recipient_id=person, template=template, variables=variables, link=link)


def _variables(campaign: Campaign, raised: Raise, about: tuple[str, str] | None) -> dict[str, str]:
    reading: Reading = raised.reading
    rule_zh, rule_en = RULE_WORDS[reading.rule]
    value_zh, value_en = told_value(reading.rule, reading.value)
    limit_zh, limit_en = told_value(reading.rule, raised.limit)
    figures_zh, figures_en = told_figures(reading.rule, reading.figures)
    told = {
        "campaign_zh": campaign.plan.title_zh,
        "campaign_en": campaign.plan.title_en or campaign.plan.title_zh,
        "rule_zh": f"{rule_zh}（{about[0]}）" if about else rule_zh,
        "rule_en": f"{rule_en} ({about[1] or about[0]})" if about else rule_en,
        "value_zh": value_zh,
        "value_en": value_en,
        "limit_zh": limit_zh,
        "limit_en": limit_en,
        "figures_zh": figures_zh,
        "figures_en": figures_en,
    }
    return {name: one_line(words) for name, words in told.items()}
