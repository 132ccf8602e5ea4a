"""The approver sets part of a kind's money apart for offline counters, or gives part of it back."""

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
from backend.vouchers.approve_campaign import clerks
from backend.vouchers.desk_rules import DeskReason, LineLevel
from backend.vouchers.desk_views import BudgetLine, Campaign
from backend.vouchers.pool_rules import PoolReason, PoolStands, decide_size
from backend.vouchers.store import desk as store


class SetOfflinePool(Struct, frozen=True, kw_only=True):
    """From now on the pool is so large, what devices hold and what was spent included; ``change_id`` names the act."""

    change_id: UUID
    campaign_id: UUID
    kind_code: str
    size_fen: int
    document_no: str
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        told = (self.campaign_id, self.kind_code, self.size_fen, self.document_no, self.actor.id)
        return command_hash(("offline-pool", *told))


class OfflinePoolSet(Struct, frozen=True, kw_only=True):
    """The pool's size, and by how much it grew or, negative, shrank."""

    campaign_id: UUID
    size_fen: int
    change_fen: int
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


NotSet = Refused[DeskReason] | Refused[PoolReason]


async def set_offline_pool(
    tx: Transaction, command: SetOfflinePool, *, now: Instant
) -> OfflinePoolSet | NotSet | IdReused:
    """Whoever wrote or handed in the plan does not set its pool. A refusal binds no id: nothing was booked."""
    campaign = await store.lock_campaign(tx, command.campaign_id)
    if campaign is None or command.actor.id is None:
        return Refused(DeskReason.NO_SUCH_CAMPAIGN)
    earlier = await earlier_answer(tx, command.change_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(OfflinePoolSet), again=True) if isinstance(earlier, Earlier) else earlier
    if await is_booked(tx, command.change_id):
        return IdReused()
    decisions = await store.decisions_of(tx, campaign.campaign_id)
    if command.actor.id in clerks(await store.authors_of(tx, campaign.campaign_id), decisions):
        return Refused(DeskReason.SAME_PERSON, detail="起草或送审的人不划拨离线备付池 / whoever drafted it does not")
    change = await _change(tx, campaign, command, now)
    if isinstance(change, Refused):
        return change
    await record(
        tx,
        new_entry(
            now,
            command.actor,
            "campaign.offline-pool",
            ("campaign", campaign.campaign_id),
            detail=f"{command.kind_code} {command.size_fen} fen ({change:+d}) {command.document_no}",
        ),
    )
    outcome = OfflinePoolSet(campaign_id=campaign.campaign_id, size_fen=command.size_fen, change_fen=change)
    await remember_answer(tx, command.change_id, command.hashed(), outcome, now=now)
    return outcome


async def _change(tx: Transaction, campaign: Campaign, command: SetOfflinePool, now: Instant) -> int | NotSet:
    tree = await store.lock_tree(tx, campaign.campaign_id)
    if not tree:
        return Refused(DeskReason.WRONG_STATE)
    kind = next((one for one in tree if one.level is LineLevel.KIND and one.key == command.kind_code), None)
    if kind is None:
        return Refused(PoolReason.NO_SUCH_KIND)
    pool = next((one for one in tree if one.level is LineLevel.OFFLINE), None)
    if pool is not None and pool.parent_id != kind.line_id:
        return Refused(PoolReason.OTHER_KIND)
    stands = PoolStands(
        size_fen=0 if pool is None else pool.cap_fen,
        left_fen=0 if pool is None else await balance(tx, pool_account(campaign.campaign_id, pool.line_id)),
        free_fen=free_of_kind(tree, kind),
    )
    change = decide_size(stands, campaign.state, command.size_fen)
    if change is None:
        return Refused(DeskReason.WRONG_STATE)
    if isinstance(change, Refused) or change == 0:
        return change
    await _move(tx, campaign.campaign_id, kind, pool, command, change, now)
    return change


async def _move(
    tx: Transaction,
    campaign_id: UUID,
    kind: BudgetLine,
    pool: BudgetLine | None,
    command: SetOfflinePool,
    change: int,
    now: Instant,
) -> None:
    if pool is None:
        level = LineLevel.OFFLINE
        line_id = await store.insert_line(tx, campaign_id, kind.line_id, level, kind.key, change, 0, kind.subject_code)
    else:
        line_id = pool.line_id
        await store.change_cap(tx, line_id, pool.cap_fen + change, 0)
    line = Account(AccountKind.BUDGET_LINE, campaign_id, kind.line_id)
    apart = pool_account(campaign_id, line_id)
    transfer = Transfer(
        act_id=command.change_id,
        leg=0,
        debit=line if change > 0 else apart,
        credit=apart if change > 0 else line,
        amount_fen=abs(change),
        step=Step.OFFLINE_SET_APART if change > 0 else Step.OFFLINE_GIVE_BACK,
        occurred_at=now,
    )
    await post(tx, transfer, now=now)


def pool_account(campaign_id: UUID, line_id: UUID) -> Account:
    """What of the pool no device holds."""
    return Account(AccountKind.OFFLINE_POOL, campaign_id, line_id)


def free_of_kind(tree: list[BudgetLine], kind: BudgetLine) -> int:
    """What of a kind's line no line below was dealt."""
    return kind.cap_fen - sum(one.cap_fen for one in tree if one.parent_id == kind.line_id)
