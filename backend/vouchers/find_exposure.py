"""What has a campaign spent, what can it still cost, and who has promised more than was agreed?"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.ledger.balance import campaign_flows
from backend.ledger.rules import Account, AccountKind, Funder, Step
from backend.settlement.rules import MoneyPath
from backend.vouchers.desk_rules import CampaignState, LineLevel
from backend.vouchers.desk_views import Campaign, RoundView
from backend.vouchers.exposure_lines import LineExposure, RoundOpen, Tree
from backend.vouchers.exposure_rules import (
    KindHistory,
    Payer,
    PayerExposure,
    advanced,
    money_of_lines,
    payer_exposure,
    platform_committed,
)
from backend.vouchers.funding_rules import split_face
from backend.vouchers.store import desk, exposure
from backend.vouchers.store.exposure import RoundPieces

ISSUING = (CampaignState.FUNDED, CampaignState.RUNNING, CampaignState.PAUSED)
Flows = Sequence[tuple[Account, Step | None, int, int]]


class AskExposure(Struct, frozen=True, kw_only=True):
    """One campaign, as of an instant."""

    campaign_id: UUID
    at: Instant


class Exposure(Struct, frozen=True, kw_only=True):
    """Every line, and everybody who pays; ``treasury_fen`` is what goes, or went, back to the treasury."""

    campaign: Campaign
    lines: list[LineExposure]
    payers: list[PayerExposure]
    treasury_fen: int


async def find_exposure(tx: Transaction, asked: AskExposure) -> Exposure | None:
    """Counted from rows and from the ledger; ``None`` for a campaign that is not there."""
    campaign = await desk.find_campaign(tx, asked.campaign_id)
    return None if campaign is None else await exposure_of(tx, campaign, asked.at)


async def exposure_of(tx: Transaction, campaign: Campaign, at: Instant) -> Exposure:
    """The same for a campaign that was found already; without money there are no lines."""
    flows = await campaign_flows(tx, campaign.campaign_id)
    rounds = await desk.rounds_where(tx, campaign_id=campaign.campaign_id)
    lines, money = await desk.tree_of(tx, campaign.campaign_id), money_of_lines(flows)
    of_rounds = _by_line(rounds, await exposure.pieces_of(tx, campaign.campaign_id, at))
    pools = {line.line_id: money.get(line.line_id) for line in lines if line.level is LineLevel.OFFLINE}
    tree = Tree(
        lines=lines,
        kinds={kind.code: kind for kind in campaign.plan.kinds},
        money=money,
        rounds=of_rounds
        | {line_id: RoundOpen(open_fen={Funder.GOVERNMENT: one.open_fen}) for line_id, one in pools.items() if one},
        issuing=campaign.state in ISSUING,
    )
    merchants_fen = await exposure.merchants_own_fen(tx, campaign.campaign_id)
    return Exposure(
        campaign=campaign,
        lines=tree.expose(),
        payers=_payers(campaign, tree, flows, merchants_fen),
        treasury_fen=sum(credits_ for account, _, _, credits_ in flows if account.kind is AccountKind.RETURN_TREASURY),
    )


def _by_line(rounds: Sequence[RoundView], pieces: Sequence[RoundPieces]) -> dict[UUID, RoundOpen]:
    found = {}
    for view in rounds:
        own = [one for one in pieces if one.round_id == view.facts.round_id]
        fen: Counter[Funder] = Counter()
        for one in own:
            if one.platform_fen is None:
                split = split_face(view.facts.terms.funding, one.face_fen)
            else:  # A restored voucher is worth what came back to each.
                merchant = one.face_fen - one.public_fen - one.platform_fen
                split = {
                    Funder.GOVERNMENT: one.public_fen,
                    Funder.PLATFORM: one.platform_fen,
                    Funder.MERCHANT: merchant,
                }
            for funder, part in split.items():
                fen[funder] += part * one.opened
        found[view.line_id] = RoundOpen(
            open_pieces=sum(one.opened for one in own),
            open_fen=dict(fen),
            history=KindHistory(redeemed=sum(one.redeemed for one in own), expired=sum(one.expired for one in own)),
        )
    return found


def _payers(campaign: Campaign, tree: Tree, flows: Flows, merchants_fen: int) -> list[PayerExposure]:
    kinds = [tree.kind_open(line) for line in tree.kind_lines()]
    ceilings = campaign.plan.ceilings
    money = tree.money.values()
    owed, paid = sum(one.owed_fen for one in money), sum(one.paid_fen for one in money)
    funded = sum(line.cap_fen for line in tree.lines if line.parent_id is None)
    platform = platform_committed(flows)
    found = [
        payer_exposure(Payer.GOVERNMENT, Funder.GOVERNMENT, kinds, owed + paid, funded),
        payer_exposure(Payer.PLATFORM, Funder.PLATFORM, kinds, platform, ceilings.platform_fen),
        payer_exposure(Payer.MERCHANT, Funder.MERCHANT, kinds, merchants_fen, ceilings.merchant_fen),
    ]
    if campaign.plan.money_path is MoneyPath.ADVANCED:
        limit = ceilings.advance_fen
        found.append(payer_exposure(Payer.ADVANCE, Funder.GOVERNMENT, kinds, advanced(flows), limit, owed))
    return [one for one in found if one.payer is Payer.GOVERNMENT or one.worst_fen or one.limit_fen is not None]
