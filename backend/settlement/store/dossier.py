"""SQL of what settlement tells of one campaign: all of it, without a word that somebody wrote or a bank account."""

from uuid import UUID

from sqlalchemy import BigInteger, cast, func, select

from backend.database.pages import Told
from backend.settlement.review_tables import payout_reviews
from backend.settlement.tables import (
    bank_acts,
    clearing_days,
    finance_events,
    payout_batches,
    payout_holds,
    payout_parts,
    payout_runs,
    pricing_lines,
)


def told_of_campaign(campaign_id: UUID) -> tuple[Told, ...]:
    """Every table of settlement, as far as the campaign is concerned."""
    return (*_owed(campaign_id), *_paid(campaign_id), _days(campaign_id))


def _owed(campaign_id: UUID) -> tuple[Told, ...]:
    e, p, h = finance_events.c, pricing_lines.c, payout_holds.c
    redemption_id = func.coalesce(e.of_event_id, e.id)
    events = select(
        *(e.id, e.kind, redemption_id.label("redemption_id"), e.state, e.business_day, e.cleared_on, e.line_id),
        *(e.merchant_id, e.resident_id.label("resident"), e.staff_id, e.town_code, e.trade, e.bill_fen, e.paid_fen),
        *(e.government_fen, e.platform_fen, e.merchant_fen, e.threshold_fen, e.clawback, e.evidence_kind),
        *(e.evidence_fen, e.matched, e.occurred_at),
    ).where(e.campaign_id == campaign_id)
    lines = select(
        *(p.event_id, p.payer, p.line_id, p.merchant_id, p.cleared_on, p.amount_fen, p.clawback, p.held, p.batch_id)
    ).where(p.campaign_id == campaign_id)
    holds = (
        select(
            *(h.id, h.event_id, h.merchant_id, h.rule, h.evidence, h.state, h.opened_at, h.contested_at),
            *(h.decided_by, h.decided_at),
        )
        .join(finance_events, e.id == h.event_id)
        .where(e.campaign_id == campaign_id)
    )
    v = payout_reviews.c
    reviews = (
        select(v.event_id, v.approved, v.reviewed_by, v.reviewed_at)
        .join(finance_events, e.id == v.event_id)
        .where(e.campaign_id == campaign_id)
    )
    return (
        Told(name="settlement/events.csv", statement=events, keys=(e.id,), concerns=redemption_id),
        Told(name="settlement/lines.csv", statement=lines, keys=(p.event_id, p.payer), concerns=p.event_id),
        Told(name="settlement/holds.csv", statement=holds, keys=(h.id,), concerns=h.event_id),
        Told(name="settlement/reviews.csv", statement=reviews, keys=(v.event_id,), concerns=v.event_id),
    )


def _paid(campaign_id: UUID) -> tuple[Told, ...]:
    b, s, r, a = payout_batches.c, payout_parts.c, payout_runs.c, bank_acts.c
    batches = select(
        *(b.id, b.number, b.merchant_id, b.payer, b.day, b.amount_fen, b.lines, b.state, b.repeats_id, b.run_id),
        *(b.sent_at, b.answered_at, b.bank_serial),
    ).where(b.campaign_id == campaign_id)
    parts = (
        select(s.batch_id, s.line_id, s.amount_fen)
        .join(payout_batches, b.id == s.batch_id)
        .where(b.campaign_id == campaign_id)
    )
    runs = select(
        *(r.id, r.payer, r.template, r.state, r.amount_fen, r.batches),
        *(r.prepared_by, r.prepared_at, r.decided_by, r.decided_at),
    ).where(r.campaign_id == campaign_id)
    acts = select(
        *(a.id, a.kind, a.merchant_id, a.amount_fen, a.document_no, a.bank_voucher_no, a.file_sha256),
        *(a.made_by, a.made_at),
    ).where(a.campaign_id == campaign_id)
    return (
        Told(name="settlement/batches.csv", statement=batches, keys=(b.id,)),
        Told(name="settlement/parts.csv", statement=parts, keys=(s.batch_id, s.line_id)),
        Told(name="settlement/runs.csv", statement=runs, keys=(r.id,)),
        Told(name="settlement/bank-acts.csv", statement=acts, keys=(a.id,)),
    )


def _days(campaign_id: UUID) -> Told:
    d, p = clearing_days.c, pricing_lines.c
    own = (
        select(p.cleared_on, func.count().label("lines"), cast(func.sum(p.amount_fen), BigInteger).label("fen"))
        .where(p.campaign_id == campaign_id)
        .group_by(p.cleared_on)
        .subquery()
    )
    days = select(
        *(d.day, own.c.lines, own.c.fen.label("total_fen"), d.lines.label("county_lines")),
        *(d.total_fen.label("county_total_fen"), d.closed_at),
    ).join(own, own.c.cleared_on == d.day)
    return Told(name="settlement/clearing-days.csv", statement=days, keys=(d.day,))
