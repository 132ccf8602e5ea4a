"""Close a campaign's money: what it did not spend is to be returned, and the transfer to the treasury ends it.

ended → settled when nothing is open any more; settled → archived with the document of the transfer.
"""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.ledger.balance import balance
from backend.ledger.booked import is_booked
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Step, Transfer
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.settlement.bank_acts import Proof, record_return
from backend.vouchers.desk_rules import CampaignState, DeskReason, LineLevel, RoundState, may_step
from backend.vouchers.find_closing import still_open
from backend.vouchers.give_back_pools import give_back_pools
from backend.vouchers.open_round import CloseRound, close_round, sweep
from backend.vouchers.store import desk as store

BOTTOM_UP = tuple(level for level in reversed(LineLevel) if level not in (LineLevel.CAMPAIGN, LineLevel.OFFLINE))
"""A pool issues nothing and is emptied before: ``give_back_pools``."""


class SettleCampaign(Struct, frozen=True, kw_only=True):
    """Everything is spent, paid or back: gather what is left."""

    settling_id: UUID
    campaign_id: UUID
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("settle-campaign", self.campaign_id, self.actor.id))


class ReturnToTreasury(Struct, frozen=True, kw_only=True):
    """The bank has transferred what was left; nothing left needs no transfer and an amount of 0."""

    return_id: UUID
    campaign_id: UUID
    amount_fen: int
    proof: Proof
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("return", self.campaign_id, self.amount_fen, self.proof, self.actor.id))


class Closed(Struct, frozen=True, kw_only=True):
    """Where the campaign stands, and what is to be, or was, returned."""

    campaign_id: UUID
    state: CampaignState
    amount_fen: int
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


async def settle_campaign(
    tx: Transaction, command: SettleCampaign, *, now: Instant
) -> Closed | Refused[DeskReason] | IdReused:
    """A refusal names everything that is still open, and binds no id."""
    campaign = await store.lock_campaign(tx, command.campaign_id)
    if campaign is None:
        return Refused(DeskReason.NO_SUCH_CAMPAIGN)
    earlier = await earlier_answer(tx, command.settling_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(Closed), again=True) if isinstance(earlier, Earlier) else earlier
    if await is_booked(tx, command.settling_id):
        return IdReused()
    if refused := may_step(campaign.state, CampaignState.SETTLED):
        return refused
    if open_ := await still_open(tx, command.campaign_id):
        told = "；".join(zh for zh, _ in open_) + " / " + "; ".join(en for _, en in open_)
        return Refused(DeskReason.STILL_OPEN, detail=told)
    amount_fen = await _gather(tx, command.campaign_id, command.settling_id, now)
    await store.change_state(tx, command.campaign_id, CampaignState.SETTLED, now)
    await _record(tx, command.actor, "campaign.settle", command.campaign_id, CampaignState.SETTLED, amount_fen, now)
    outcome = Closed(campaign_id=command.campaign_id, state=CampaignState.SETTLED, amount_fen=amount_fen)
    await remember_answer(tx, command.settling_id, command.hashed(), outcome, now=now)
    return outcome


async def return_to_treasury(
    tx: Transaction, command: ReturnToTreasury, *, now: Instant
) -> Closed | Refused[DeskReason] | IdReused:
    """What a late refund brought since is gathered too; the transfer must be the whole of it. A refusal binds no id."""
    campaign = await store.lock_campaign(tx, command.campaign_id)
    if campaign is None or command.actor.id is None:
        return Refused(DeskReason.NO_SUCH_CAMPAIGN)
    earlier = await earlier_answer(tx, command.return_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(Closed), again=True) if isinstance(earlier, Earlier) else earlier
    if await is_booked(tx, command.return_id):
        return IdReused()
    if refused := may_step(campaign.state, CampaignState.ARCHIVED):
        return refused
    if open_ := await still_open(tx, command.campaign_id):
        told = "；".join(zh for zh, _ in open_) + " / " + "; ".join(en for _, en in open_)
        return Refused(DeskReason.STILL_OPEN, detail=told)
    treasury = Account(AccountKind.RETURN_TREASURY, command.campaign_id)
    late_fen = sum(line.free_fen for line in await store.tree_of(tx, command.campaign_id) if line.parent_id is None)
    due_fen = await balance(tx, treasury) + late_fen
    if command.amount_fen != due_fen:
        return Refused(DeskReason.SUM_DIFFERS, detail=f"应上缴 {due_fen} 分 / {due_fen} fen are to be returned")
    await _gather(tx, command.campaign_id, command.return_id, now)
    if due_fen:
        await record_return(tx, command.return_id, command.campaign_id, due_fen, command.proof, command.actor.id, now)
    await store.change_state(tx, command.campaign_id, CampaignState.ARCHIVED, now)
    told = f"{command.proof.document_no} {command.proof.bank_voucher_no}"
    await _record(tx, command.actor, "campaign.return", command.campaign_id, CampaignState.ARCHIVED, due_fen, now, told)
    outcome = Closed(campaign_id=command.campaign_id, state=CampaignState.ARCHIVED, amount_fen=due_fen)
    await remember_answer(tx, command.return_id, command.hashed(), outcome, now=now)
    return outcome


async def _gather(tx: Transaction, campaign_id: UUID, act_id: UUID, now: Instant) -> int:
    """Up the tree, level by level, and from its root to what is to be returned."""
    for view in await store.rounds_where(tx, campaign_id=campaign_id):
        if view.state is not RoundState.CLOSED:
            await close_round(tx, CloseRound(view.facts.round_id), now=now)
    await give_back_pools(tx, campaign_id, now)
    for level in BOTTOM_UP:
        tree = await store.lock_tree(tx, campaign_id)
        await sweep(tx, campaign_id, [line for line in tree if line.level is level], now)
    [root] = [line for line in await store.lock_tree(tx, campaign_id) if line.parent_id is None]
    if root.free_fen:
        await store.change_cap(tx, root.line_id, root.cap_fen - root.free_fen, root.cap_pieces)
        transfer = Transfer(
            act_id=act_id,
            leg=0,
            debit=Account(AccountKind.BUDGET_LINE, campaign_id, root.line_id),
            credit=Account(AccountKind.RETURN_TREASURY, campaign_id),
            amount_fen=root.free_fen,
            step=Step.CLOSE_OUT,
            occurred_at=now,
        )
        await post(tx, transfer, now=now)
    return root.free_fen


async def _record(
    tx: Transaction,
    actor: Actor,
    act: str,
    campaign_id: UUID,
    state: CampaignState,
    amount_fen: int,
    now: Instant,
    told: str = "",
) -> None:
    detail = f"{amount_fen} fen {told}".rstrip()
    await record(tx, new_entry(now, actor, act, ("campaign", campaign_id), to_state=state, detail=detail))
