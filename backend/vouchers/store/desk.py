"""SQL of the campaign desk: campaigns, versions, signatures, lines and rounds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, func, insert, select, update

from backend.database.transaction import Transaction
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.vouchers.desk_rules import CampaignPlan, CampaignState, DecisionStep, LineLevel, RoundPlan, RoundState
from backend.vouchers.desk_views import BudgetLine, Campaign, Decision, RoundView
from backend.vouchers.rules import Terms, VoucherState
from backend.vouchers.store.claims import facts_of
from backend.vouchers.tables import budget_lines, campaign_decisions, campaign_versions, campaigns, rounds, vouchers


async def lock_campaign(tx: Transaction, campaign_id: UUID) -> Campaign | None:
    """One campaign, locked."""
    row = (await tx.execute(_campaigns().where(campaigns.c.id == campaign_id).with_for_update(of=campaigns))).first()
    return None if row is None else _campaign(row)


async def find_campaign(tx: Transaction, campaign_id: UUID) -> Campaign | None:
    """One campaign with its present version."""
    row = (await tx.execute(_campaigns().where(campaigns.c.id == campaign_id))).first()
    return None if row is None else _campaign(row)


async def list_campaigns(
    tx: Transaction, states: Sequence[CampaignState], before: UUID | None, most: int
) -> list[Campaign]:
    """Campaigns in one of the states, newest first."""
    asked = _campaigns().where(campaigns.c.state.in_([str(state) for state in states])).order_by(campaigns.c.id.desc())
    if before is not None:
        asked = asked.where(campaigns.c.id < before)
    return [_campaign(row) for row in await tx.execute(asked.limit(most))]


async def campaigns_where(tx: Transaction, condition: ColumnElement[bool]) -> list[Campaign]:
    """Campaigns that another question of this store asks for, oldest first."""
    return [_campaign(row) for row in await tx.execute(_campaigns().where(condition).order_by(campaigns.c.id))]


def _campaigns() -> Any:
    versions = campaign_versions
    return select(campaigns, versions.c.plan, versions.c.made_by).join(
        versions, (versions.c.campaign_id == campaigns.c.id) & (versions.c.version == campaigns.c.version)
    )


def _campaign(row: Any) -> Campaign:
    return Campaign(
        campaign_id=row.id,
        number=row.number,
        state=CampaignState(row.state),
        version=row.version,
        plan=msgspec.json.decode(row.plan, type=CampaignPlan),
        made_by=row.made_by,
        pause_scope=row.pause_scope,
        pause_reason=row.pause_reason,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


async def insert_campaign(
    tx: Transaction, campaign_id: UUID, plan: CampaignPlan, made_by: UUID | None, now: Instant
) -> None:
    """A new draft."""
    number = int((await tx.execute(select(func.coalesce(func.max(campaigns.c.number), 0)))).scalar_one()) + 1
    await tx.execute(
        insert(campaigns).values(
            id=campaign_id,
            number=number,
            title_zh=plan.title_zh,
            title_en=plan.title_en,
            state=str(CampaignState.DRAFT),
            version=1,
            created_at=now,
            changed_at=now,
        )
    )
    await insert_version(tx, campaign_id, 1, plan, made_by, now)


async def insert_version(
    tx: Transaction, campaign_id: UUID, version: int, plan: CampaignPlan, made_by: UUID | None, now: Instant
) -> None:
    """A version of the rules; earlier ones stay as they were."""
    await tx.execute(
        insert(campaign_versions).values(
            campaign_id=campaign_id,
            version=version,
            plan=msgspec.json.encode(plan).decode(),
            made_by=made_by,
            made_at=now,
        )
    )


async def change_version(tx: Transaction, campaign_id: UUID, version: int, plan: CampaignPlan, now: Instant) -> None:
    """Make a version the present one."""
    await tx.execute(
        update(campaigns)
        .where(campaigns.c.id == campaign_id)
        .values(version=version, title_zh=plan.title_zh, title_en=plan.title_en, changed_at=now)
    )


async def change_state(tx: Transaction, campaign_id: UUID, state: CampaignState, now: Instant) -> None:
    """Move a locked campaign along an edge; its rounds follow."""
    await tx.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(state=str(state), changed_at=now))
    running = state in (CampaignState.RUNNING, CampaignState.PAUSED)
    await tx.execute(
        update(rounds)
        .where(rounds.c.campaign_id == campaign_id)
        .values(running=running, paused=state is CampaignState.PAUSED)
    )


async def change_pause(tx: Transaction, campaign_id: UUID, scope: str, reason: str | None) -> None:
    """What a pause stops, and why."""
    await tx.execute(
        update(campaigns).where(campaigns.c.id == campaign_id).values(pause_scope=scope, pause_reason=reason)
    )


async def insert_decision(tx: Transaction, campaign_id: UUID, decision: Decision) -> None:
    """A signature under a version."""
    row = msgspec.structs.asdict(decision)
    row |= {"id": row.pop("decision_id"), "campaign_id": campaign_id, "step": str(decision.step)}
    await tx.execute(insert(campaign_decisions).values(row))


async def decisions_of(tx: Transaction, campaign_id: UUID) -> list[Decision]:
    """Every signature of a campaign, oldest first."""
    d = campaign_decisions.c
    rows = await tx.execute(select(campaign_decisions).where(d.campaign_id == campaign_id).order_by(d.decided_at, d.id))
    return [
        Decision(
            decision_id=row.id,
            step=DecisionStep(row.step),
            version=row.version,
            staff_id=row.staff_id,
            deputy_for=row.deputy_for,
            document_no=row.document_no,
            note=row.note,
            file_sha256=row.file_sha256,
            decided_at=row.decided_at,
        )
        for row in rows
    ]


async def authors_of(tx: Transaction, campaign_id: UUID) -> set[UUID]:
    """Everybody who wrote a version of the plan."""
    versions = campaign_versions.c
    rows = await tx.execute(select(versions.made_by).where(versions.campaign_id == campaign_id).distinct())
    return {author for author in rows.scalars() if author is not None}


async def insert_line(
    tx: Transaction,
    campaign_id: UUID,
    parent_id: UUID | None,
    level: LineLevel,
    key: str,
    cap_fen: int,
    cap_pieces: int,
    subject_code: str | None = None,
) -> UUID:
    """A line of the budget tree; returns its id."""
    line_id = new_id()
    await tx.execute(
        insert(budget_lines).values(
            id=line_id,
            campaign_id=campaign_id,
            parent_id=parent_id,
            level=str(level),
            key=key,
            cap_fen=cap_fen,
            cap_pieces=cap_pieces,
            subject_code=subject_code,
            issued_fen=0,
            issued_pieces=0,
            returned_fen=0,
            returned_pieces=0,
        )
    )
    return line_id


async def lock_tree(tx: Transaction, campaign_id: UUID) -> list[BudgetLine]:
    """All lines of a campaign, locked by id."""
    rows = await tx.execute(
        select(budget_lines)
        .where(budget_lines.c.campaign_id == campaign_id)
        .order_by(budget_lines.c.id)
        .with_for_update()
    )
    return [line_of(row) for row in rows]


async def tree_of(tx: Transaction, campaign_id: UUID) -> list[BudgetLine]:
    """All lines of a campaign, parents before children."""
    rows = await tx.execute(
        select(budget_lines).where(budget_lines.c.campaign_id == campaign_id).order_by(budget_lines.c.id)
    )
    return [line_of(row) for row in rows]


async def open_vouchers(tx: Transaction, campaign_id: UUID) -> int:
    """How many vouchers of a campaign somebody can still use."""
    live = vouchers.c.state.in_((str(VoucherState.ISSUED), str(VoucherState.HELD)))
    counted = select(func.count()).select_from(vouchers).where(vouchers.c.campaign_id == campaign_id, live)
    return int((await tx.execute(counted)).scalar_one())


def line_of(row: Any) -> BudgetLine:
    """A row of ``budget_lines`` as the desk sees it."""
    return BudgetLine(
        line_id=row.id,
        parent_id=row.parent_id,
        level=LineLevel(row.level),
        key=row.key,
        subject_code=row.subject_code,
        cap_fen=row.cap_fen,
        cap_pieces=row.cap_pieces,
        issued_fen=row.issued_fen,
        issued_pieces=row.issued_pieces,
        returned_fen=row.returned_fen,
        returned_pieces=row.returned_pieces,
    )


async def change_cap(tx: Transaction, line_id: UUID, cap_fen: int, cap_pieces: int) -> None:
    """A line's cap after money was dealt to it or swept from it."""
    await tx.execute(
        update(budget_lines).where(budget_lines.c.id == line_id).values(cap_fen=cap_fen, cap_pieces=cap_pieces)
    )


_UNFUNDED = (CampaignState.DRAFT, CampaignState.IN_REVIEW, CampaignState.APPROVED)


async def rounds_elsewhere(
    tx: Transaction, campaign_id: UUID, plan: CampaignPlan, *, planned: bool = False
) -> set[UUID]:
    """Which of a plan's rounds have the ids of other campaigns' rounds; ``planned`` counts what others only plan."""
    ours = {round_.round_id for round_ in plan.rounds}
    held = select(rounds.c.id).where(rounds.c.id.in_(ours), rounds.c.campaign_id != campaign_id)
    found = {row[0] for row in await tx.execute(held)}
    if planned:
        others = _campaigns().where(campaigns.c.id != campaign_id, campaigns.c.state.in_(list(map(str, _UNFUNDED))))
        plans = [_campaign(row).plan for row in await tx.execute(others)]
        found |= ours & {round_.round_id for other in plans for round_ in other.rounds}
    return found


async def insert_round(
    tx: Transaction, campaign_id: UUID, version: int, plan: RoundPlan, terms: Terms, line_id: UUID
) -> None:
    """A planned round; one without a fixed number of pieces has none until it opens."""
    await tx.execute(
        insert(rounds).values(
            id=plan.round_id,
            campaign_id=campaign_id,
            line_id=line_id,
            version=version,
            name_zh=plan.name_zh,
            name_en=plan.name_en,
            mode=str(plan.mode),
            state=str(RoundState.PLANNED),
            terms=msgspec.json.encode(terms).decode(),
            opens_at=plan.opens_at,
            closes_at=plan.closes_at,
            pieces=plan.pieces or 0,
            station_pieces=plan.station_pieces,
            station_until=plan.station_until,
            issued_online=0,
            issued_station=0,
            running=False,
            paused=False,
        )
    )


async def change_round(tx: Transaction, round_id: UUID, state: RoundState, pieces: int | None = None) -> None:
    """planned → open → closed."""
    values: dict[str, Any] = {"state": str(state)}
    if pieces is not None:
        values["pieces"] = pieces
    await tx.execute(update(rounds).where(rounds.c.id == round_id).values(values))


async def rounds_where(
    tx: Transaction,
    *,
    campaign_id: UUID | None = None,
    open_at: datetime | None = None,
    round_id: UUID | None = None,
    after: datetime | None = None,
    running: bool = False,
) -> list[RoundView]:
    """Rounds by campaign, by what takes claims at an instant, or by what has not ended yet; soonest first."""
    asked = (
        select(rounds, campaigns.c.title_zh, campaigns.c.title_en)
        .join(campaigns, campaigns.c.id == rounds.c.campaign_id)
        .order_by(rounds.c.opens_at, rounds.c.id)
    )
    if campaign_id is not None:
        asked = asked.where(rounds.c.campaign_id == campaign_id)
    if round_id is not None:
        asked = asked.where(rounds.c.id == round_id)
    if running:
        asked = asked.where(rounds.c.running)
    if open_at is not None:
        asked = asked.where(
            rounds.c.opens_at <= open_at, rounds.c.closes_at > open_at, rounds.c.running, rounds.c.paused.is_(False)
        )
    if after is not None:
        asked = asked.where(rounds.c.closes_at > after)
    return [
        RoundView(
            facts=facts_of(row),
            campaign_id=row.campaign_id,
            line_id=row.line_id,
            campaign_zh=row.title_zh,
            campaign_en=row.title_en,
            name_zh=row.name_zh,
            name_en=row.name_en,
            state=RoundState(row.state),
            version=row.version,
        )
        for row in await tx.execute(asked)
    ]
