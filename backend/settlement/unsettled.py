"""What keeps a campaign from being closed?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.ledger.balance import balance
from backend.ledger.rules import Account, AccountKind
from backend.settlement.store import reads


class Unsettled(Struct, frozen=True, kw_only=True):
    """Everything that is not at its end yet; all zero is settled. Amounts in fen.

    ``platform_due_fen`` below zero is what the platform company has paid in too much.
    """

    pending: int
    held: int
    waiting_batches: int
    unbatched: int
    platform_due_fen: int
    platform_advance_fen: int

    @property
    def told(self) -> list[tuple[str, str]]:
        """What is left, in Chinese and English."""
        words = (
            (self.pending, f"{self.pending} 笔未清算", f"{self.pending} events are not cleared"),
            (self.held, f"{self.held} 笔暂缓付款", f"{self.held} payouts are held"),
            (self.waiting_batches, f"{self.waiting_batches} 个付款批次未办结", f"{self.waiting_batches} batches wait"),
            (self.unbatched, f"{self.unbatched} 笔未付或未退回", f"{self.unbatched} lines are not paid or paid back"),
            (max(self.platform_due_fen, 0), "平台补贴未到账", "the platform's share is not paid in"),
            (max(-self.platform_due_fen, 0), "平台多缴未退还", "what the platform paid too much is not paid back"),
            (self.platform_advance_fen, "平台垫付未拨付", "the platform's advance is not reimbursed"),
        )
        return [(zh, en) for amount, zh, en in words if amount]


async def unsettled(tx: Transaction, campaign_id: UUID) -> Unsettled:
    """Count it."""
    events, batches, lines = await reads.unsettled(tx, campaign_id)
    return Unsettled(
        pending=events.get("pending", 0),
        held=events.get("held", 0),
        waiting_batches=batches,
        unbatched=lines,
        platform_due_fen=await balance(tx, Account(AccountKind.PLATFORM_DUE, campaign_id)),
        platform_advance_fen=await balance(tx, Account(AccountKind.PLATFORM_ADVANCE, campaign_id)),
    )
