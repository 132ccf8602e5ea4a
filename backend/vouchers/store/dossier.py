"""SQL of what vouchers tell of one campaign: signatures, rules, money, vouchers and redemptions, without free words."""

from uuid import UUID

from sqlalchemy import select

from backend.database.pages import Told
from backend.database.transaction import Transaction
from backend.vouchers.offline_tables import holder_debts, offline_claims, offline_labels
from backend.vouchers.roster_tables import rosters
from backend.vouchers.tables import (
    budget_lines,
    campaign_decisions,
    campaign_versions,
    incidents,
    redemption_shares,
    redemptions,
    roll_backs,
    rounds,
    vouchers,
)


def told_of_campaign(campaign_id: UUID) -> tuple[Told, ...]:
    """The desk's tables, then those about single vouchers and redemptions."""
    return (*_desk(campaign_id), *_used(campaign_id), *_corrected(campaign_id), *_offline(campaign_id))


def _desk(campaign_id: UUID) -> tuple[Told, ...]:
    d, b, r, o = campaign_decisions.c, budget_lines.c, rounds.c, rosters.c
    signed = select(
        *(d.id, d.decided_at, d.version, d.step, d.staff_id, d.deputy_for, d.document_no, d.file_sha256)
    ).where(d.campaign_id == campaign_id)
    lines = select(
        *(b.id, b.parent_id, b.level, b.key, b.subject_code, b.cap_fen, b.cap_pieces),
        *(b.issued_fen, b.issued_pieces, b.returned_fen, b.returned_pieces),
    ).where(b.campaign_id == campaign_id)
    sessions = select(
        *(r.id, r.line_id, r.version, r.name_zh, r.mode, r.state, r.opens_at, r.closes_at),
        *(r.pieces, r.station_pieces, r.issued_online, r.issued_station),
    ).where(r.campaign_id == campaign_id)
    lists = select(
        o.id, o.document_no, o.state, o.entries, o.imported_by, o.imported_at, o.decided_by, o.decided_at
    ).where(o.campaign_id == campaign_id)
    return (
        Told(name="decisions.csv", statement=signed, keys=(d.id,)),
        Told(name="budget.csv", statement=lines, keys=(b.id,)),
        Told(name="rounds.csv", statement=sessions, keys=(r.id,)),
        Told(name="lists.csv", statement=lists, keys=(o.id,)),
    )


def _used(campaign_id: UUID) -> tuple[Told, ...]:
    v, r, s = vouchers.c, redemptions.c, redemption_shares.c
    issued = select(
        *(v.id, v.round_id, v.line_id, v.resident_id.label("resident"), v.state, v.version, v.face_fen),
        *(v.public_fen, v.assisted, v.claimed_at, v.use_from, v.expires_at),
    ).where(v.campaign_id == campaign_id)
    spent = select(
        *(r.id, r.voucher_id, r.line_id, r.resident_id.label("resident"), r.merchant_id, r.state, r.bill_fen),
        *(r.eligible_fen, r.discount_fen, r.face_fen, r.refunded_fen, r.staff_id, r.shift_id, r.town_code, r.trade),
        *(r.evidence_kind, r.evidence_fen, r.occurred_at, r.recorded_at, r.device_id, r.conflict),
    ).where(r.campaign_id == campaign_id)
    shares = (
        select(s.redemption_id, s.funder, s.amount_fen, s.refunded_fen)
        .join(redemptions, r.id == s.redemption_id)
        .where(r.campaign_id == campaign_id)
    )
    return (
        Told(name="vouchers.csv", statement=issued, keys=(v.id,), concerns=v.id),
        Told(name="redemptions.csv", statement=spent, keys=(r.id,), concerns=r.id),
        Told(name="shares.csv", statement=shares, keys=(s.redemption_id, s.funder), concerns=s.redemption_id),
    )


def _corrected(campaign_id: UUID) -> tuple[Told, ...]:
    r, b, i = redemptions.c, roll_backs.c, incidents.c
    undone = (
        select(
            *(b.id, b.redemption_id, b.refund_fen, b.customer_fen, b.government_fen, b.platform_fen, b.merchant_fen),
            *(b.voucher_state, b.recorded_at),
        )
        .join(redemptions, r.id == b.redemption_id)
        .where(r.campaign_id == campaign_id)
    )
    corrected = (
        select(
            *(i.id, i.redemption_id, i.state, i.document_no, i.proposed_by, i.proposed_at),
            *(i.decided_by, i.decided_at),
        )
        .join(redemptions, r.id == i.redemption_id)
        .where(r.campaign_id == campaign_id)
    )
    return (
        Told(name="roll-backs.csv", statement=undone, keys=(b.id,), concerns=b.redemption_id),
        Told(name="incidents.csv", statement=corrected, keys=(i.id,), concerns=i.redemption_id),
    )


def _offline(campaign_id: UUID) -> tuple[Told, ...]:
    v, c, o, d = vouchers.c, offline_claims.c, offline_labels.c, holder_debts.c
    claimed = (
        select(
            *(c.id, c.voucher_id, c.merchant_id, c.device_id, c.episode, c.pool_line_id, c.effective_at),
            *(c.event_hash, c.late, c.nth, c.found, c.bill_fen, c.eligible_fen, c.government_fen, c.platform_fen),
            *(c.merchant_fen, c.label, c.redemption_id, c.cover_fen, c.voided_at, c.recorded_at),
        )
        .join(vouchers, v.id == c.voucher_id)
        .where(v.campaign_id == campaign_id)
    )
    labels = (
        select(*(o.voucher_id, o.own_fen, o.used_fen, o.cover_fen, o.found, o.closes_at, o.closed_at))
        .join(vouchers, v.id == o.voucher_id)
        .where(v.campaign_id == campaign_id)
    )
    debts = (
        select(d.claim_id, d.resident_id.label("resident"), d.voucher_id, d.debt_fen, d.set_off_fen, d.state)
        .join(vouchers, v.id == d.voucher_id)
        .where(v.campaign_id == campaign_id)
    )
    return (
        Told(name="offline/claims.csv", statement=claimed, keys=(c.id,), concerns=c.voucher_id),
        Told(name="offline/labels.csv", statement=labels, keys=(o.voucher_id,), concerns=o.voucher_id),
        Told(name="offline/debts.csv", statement=debts, keys=(d.claim_id,), concerns=d.voucher_id),
    )


async def versions_of(tx: Transaction, campaign_id: UUID) -> list[tuple[int, str]]:
    """(version, its plan as it was written) of a campaign."""
    v = campaign_versions.c
    rows = await tx.execute(select(v.version, v.plan).where(v.campaign_id == campaign_id).order_by(v.version))
    return [(row.version, row.plan) for row in rows]
