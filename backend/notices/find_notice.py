"""What is told of one approved campaign at this moment?

All of it is read in one transaction, so that the figures belong together.
"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.ledger.rules import Funder
from backend.merchants.find_calls import find_call
from backend.merchants.find_takers import FindTakers, find_takers
from backend.notices.rules import (
    KindNotice,
    Money,
    Notice,
    RoundNotice,
    Share,
    borne,
    budget_of_round,
    cells_by,
    counted,
    takes_part,
    told_spending,
)
from backend.notices.terms_rules import Both, Places, rules_in_words
from backend.places.find_towns import FindTowns, find_towns
from backend.settlement.find_spending import AskSpending, SpentMoney, find_spending
from backend.vouchers.desk_rules import CampaignPlan, CampaignState, RoundState, public_face, total_fen
from backend.vouchers.desk_views import BudgetLine
from backend.vouchers.figures_views import CampaignFigures
from backend.vouchers.find_figures import find_figures
from backend.vouchers.refund_rules import RESTORING

CLOSED = (CampaignState.SETTLED, CampaignState.ARCHIVED)


class AskNotice(Struct, frozen=True, kw_only=True):
    """One campaign, as of an instant."""

    campaign_id: UUID
    at: Instant


async def find_notice(tx: Transaction, asked: AskNotice) -> Notice | None:
    """``None`` for a campaign that was never approved."""
    figures = await find_figures(tx, asked.campaign_id)
    if figures is None:
        return None
    undoes = figures.campaign.plan.refund_policy in RESTORING
    spent = await find_spending(tx, AskSpending(campaign_id=asked.campaign_id, whole_undoes=undoes, at=asked.at))
    towns = {town.code: (town.name_zh, town.name_en) for town in (await find_towns(tx, FindTowns())).towns}
    campaign, plan = figures.campaign, figures.campaign.plan
    places = Places(towns=towns, lists=await _names_of_lists(tx, plan))
    approval = figures.approval
    open_rooms = campaign.state not in CLOSED
    root = next((line for line in figures.lines if line.parent_id is None), None)
    left = root.free_pieces if root and open_rooms else 0
    planned = sum(kind.cap_pieces for kind in plan.kinds)
    return Notice(
        campaign_id=asked.campaign_id,
        state=campaign.state,
        version=campaign.version,
        document_no=approval.document_no if approval else plan.notice_no,
        approved_at=approval.approved_at if approval else None,
        plan=plan,
        budget_fen=total_fen(plan),
        kinds=_kinds(plan, places),
        rounds=_rounds(figures, spent),
        pieces=counted(root, spent.tallies, planned=planned, left=left, further=sum(figures.further_uses.values())),
        money=_money(plan, root, spent),
        platform=Share(borne_fen=borne(spent.tallies, Funder.PLATFORM), paid_out_fen=spent.paid_out[Funder.PLATFORM]),
        merchants_fen=borne(spent.tallies, Funder.MERCHANT),
        spent=told_spending(spent.tallies, matched=False),
        spent_matched=told_spending(spent.tallies, matched=True),
        towns=cells_by(spent.tallies, "town_code"),
        trades=cells_by(spent.tallies, "trade"),
        draws=figures.draws,
        lists=figures.lists,
        takers=[one for one in await find_takers(tx, FindTakers()) if takes_part(plan, one)],
        town_names=towns,
        as_of=asked.at,
    )


async def _names_of_lists(tx: Transaction, plan: CampaignPlan) -> dict[UUID, Both]:
    named = {call_id for kind in plan.kinds for call_id in kind.terms.lists}
    calls = [call for call_id in sorted(named) if (call := await find_call(tx, call_id)) is not None]
    return {call.id: (call.versions[-1].rules.title_zh, call.versions[-1].rules.title_en) for call in calls}


def _kinds(plan: CampaignPlan, places: Places) -> list[KindNotice]:
    found = []
    for kind in plan.kinds:
        words = rules_in_words(kind.terms, places)
        face = public_face(kind.terms.funding, kind.terms.face_fen)
        found.append(
            KindNotice(
                code=kind.code,
                name_zh=kind.name_zh,
                name_en=kind.name_en,
                pieces=kind.cap_pieces,
                face_fen=kind.terms.face_fen,
                public_face_fen=face,
                budget_fen=face * kind.cap_pieces,
                rules_zh=tuple(zh for zh, _ in words),
                rules_en=tuple(en for _, en in words),
            )
        )
    return found


def _rounds(figures: CampaignFigures, spent: SpentMoney) -> list[RoundNotice]:
    """As they stand; before the money is proven, as they are planned."""
    plan = figures.campaign.plan
    standing = {view.facts.round_id: view for view in figures.rounds}
    lines = {line.line_id: line for line in figures.lines}
    found = []
    for planned in sorted(plan.rounds, key=lambda one: (one.opens_at, one.round_id)):
        view = standing.get(planned.round_id)
        pieces = (view.facts.pieces if view else planned.pieces) or 0
        line = lines[view.line_id] if view else None
        left = 0 if view and view.state is RoundState.CLOSED else pieces - (line.issued_pieces if line else 0)
        further = figures.further_uses.get(view.line_id, 0) if view else 0
        own = [tally for tally in spent.tallies if view and tally.line_id == view.line_id]
        found.append(
            RoundNotice(
                round_id=planned.round_id,
                kind_code=planned.kind_code,
                name_zh=planned.name_zh,
                name_en=planned.name_en,
                mode=planned.mode,
                opens_at=planned.opens_at,
                closes_at=planned.closes_at,
                budget_fen=budget_of_round(plan, planned.round_id),
                pieces=counted(line, own, planned=pieces, left=left, further=further),
            )
        )
    return found


def _money(plan: CampaignPlan, root: BudgetLine | None, spent: SpentMoney) -> Money:
    """What was issued and has not come back is redeemed or still in vouchers."""
    redeemed = borne(spent.tallies, Funder.GOVERNMENT)
    return Money(
        funded_fen=total_fen(plan) if root else 0,
        left_fen=root.free_fen if root else 0,
        open_fen=root.issued_fen - root.returned_fen - redeemed if root else 0,
        redeemed_fen=redeemed,
        paid_out_fen=spent.paid_out[Funder.GOVERNMENT],
        to_return_fen=spent.to_return_fen,
        returned_fen=spent.returned_fen,
    )
