"""How far is a campaign's money from its end, and what is in the way?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.fen import yuan
from backend.ledger.balance import balance, campaign_flows
from backend.ledger.rules import Account, AccountKind
from backend.settlement.unsettled import unsettled
from backend.vouchers.closing_rules import Books, books_of
from backend.vouchers.desk_rules import CampaignState, LineLevel, RoundState
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.store import desk, offline


class Closing(Struct, frozen=True, kw_only=True):
    """``in_the_way``: what is still open, in Chinese and English; ``due_fen``: what would be returned now."""

    campaign_id: UUID
    state: CampaignState
    in_the_way: list[tuple[str, str]]
    due_fen: int
    books: Books


async def find_closing(tx: Transaction, campaign_id: UUID) -> Closing | None:
    """``None`` for a campaign that is not there, or whose money was never proven."""
    campaign = await desk.find_campaign(tx, campaign_id)
    tree = await desk.tree_of(tx, campaign_id)
    if campaign is None or not tree:
        return None
    books = books_of(await campaign_flows(tx, campaign_id))
    return Closing(
        campaign_id=campaign_id,
        state=campaign.state,
        in_the_way=await still_open(tx, campaign_id),
        due_fen=books.to_return_fen + books.free_fen + books.offline_fen,
        books=books,
    )


async def still_open(tx: Transaction, campaign_id: UUID) -> list[tuple[str, str]]:
    """Everything that keeps a campaign from being closed, in Chinese and English."""
    vouchers = await desk.open_vouchers(tx, campaign_id)
    found = [(f"{vouchers} 张券未使用且未过期", f"{vouchers} vouchers can still be used")] if vouchers else []
    if labels := await offline.open_labels(tx, campaign_id):
        told = f"{labels} vouchers used without a network wait for claims of other counters"
        found.append((f"{labels} 张离线核销的券还在等其他终端上传", told))
    views = await desk.rounds_where(tx, campaign_id=campaign_id)
    # Until its last place is decided a draw's money belongs to whoever it names.
    if draws := sum(view.facts.mode is RoundMode.DRAW and view.state is not RoundState.CLOSED for view in views):
        found.append((f"{draws} 个摇号轮次未办结", f"{draws} draws are not finished"))
    for pool in [line for line in await desk.tree_of(tx, campaign_id) if line.level is LineLevel.OFFLINE]:
        if dealt := await balance(tx, Account(AccountKind.OFFLINE_ALLOWANCE, campaign_id, pool.line_id)):
            told = f"离线设备还持有额度 {yuan(dealt)} 元，联网后或到期自动收回"
            found.append((told, f"offline devices hold {yuan(dealt)} yuan, back when they sync or when it lapses"))
    return found + (await unsettled(tx, campaign_id)).told
