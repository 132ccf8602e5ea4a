"""What stands on a merchant's statement of a clearing day, put together from what is stored."""

from uuid import UUID

from backend.county_settings.find_settings import settings_at
from backend.database.transaction import Transaction
from backend.kernel.fen import yuan
from backend.kernel.instants import Instant, business_day
from backend.ledger.rules import Funder
from backend.merchants.find_accounts import FindAccounts, find_accounts
from backend.merchants.find_merchants import find_merchant
from backend.settlement.batch_rules import Batch
from backend.settlement.find import FindStatement, FoundStatement, find_statement
from backend.settlement.papers.statement import Statement, StatementLine, StatementState
from backend.settlement.rules import HOLD_WORDS, EventState, FinanceEvent, HoldState, batch_number
from backend.settlement.store import reads

PAYER_WORDS = {Funder.GOVERNMENT: "财政补贴", Funder.PLATFORM: "平台补贴"}
NO_ACCOUNT = "尚未登记收款账户"


async def find_statement_paper(tx: Transaction, asked: FindStatement) -> Statement | None:
    """``None`` when nothing of the merchant was cleared on that day, or the day is not closed yet."""
    found, closed = await find_statement(tx, asked), await reads.clearing_day(tx, asked.day)
    merchant = await find_merchant(tx, asked.merchant_id)
    if found is None or closed is None or merchant is None:
        return None
    # A statement says what it said when its day was closed.
    shown = await settings_at(tx, closed.closed_at)
    help_phone = f"，或拨打服务热线 {shown.help_phone}" if shown.help_phone else ""
    return Statement(
        county=shown.name_zh,
        number=f"{asked.day:%Y%m%d}-{asked.merchant_id.hex[-8:].upper()}",
        merchant=merchant.papers.registered_name,
        credit_code=merchant.papers.credit_code,
        day=asked.day,
        campaigns=tuple(sorted(programme.title_zh for programme in found.programmes.values())),
        lines=tuple(_line(event, found) for event in found.events),
        account=await _account(tx, asked.merchant_id, closed.closed_at),
        states=_states(found.batches),
        note=f"对暂缓付款有异议的，可在商户端申诉{help_phone}。",
        demonstration=tx.county.demonstration,
    )


async def _account(tx: Transaction, merchant_id: UUID, at: Instant) -> str:
    """The account in force when the day was closed, masked."""
    found = await find_accounts(tx, FindAccounts(merchant_id=merchant_id, at=at))
    for account in found.accounts:
        if account.id == found.in_force:
            # Four stars whatever the number's length: a row of them breaks across lines.
            return f"{account.bank_name} ****{account.number[-4:]}"
    return NO_ACCOUNT


def _line(event: FinanceEvent, found: FoundStatement) -> StatementLine:
    waiting = [hold for hold in found.holds.get(event.event_id, ()) if hold.state is not HoldState.RELEASED]
    reason = HOLD_WORDS[waiting[0].rule][0] if waiting else "随原核销暂缓"
    return StatementLine(
        at=event.occurred_at,
        number=(event.of_event_id or event.event_id).hex[-12:].upper(),
        kind=event.kind.value,
        bill_fen=event.bill_fen,
        discount_fen=event.bill_fen - event.paid_fen,
        government_fen=event.government_fen,
        platform_fen=event.platform_fen,
        own_fen=event.merchant_fen,
        hold_reason=reason if event.state is EventState.HELD else "",
    )


def _states(batches: list[Batch]) -> tuple[StatementState, ...]:
    """Each step of each payment, in the order in which they were taken."""
    steps: list[tuple[Instant, int, str]] = []
    for batch in batches:
        told = f"{PAYER_WORDS[batch.payer]} {yuan(batch.amount_fen)} 元（批次 {batch_number(batch.day, batch.number)}）"
        again = "，系被退回款项的再次支付" if batch.repeats_id else ""
        if batch.sent_at is not None:
            steps.append((batch.sent_at, batch.number, f"{told}已送银行付款{again}"))
        if batch.answered_at is not None:
            reason = f"：{batch.bank_reason}" if batch.bank_reason else ""
            words = {"accepted": "已到账", "rejected": f"被银行退回{reason}"}
            steps.append((batch.answered_at, batch.number, f"{told}{words[batch.state]}"))
    # Sorting keeps what happened to one payment at one instant as it stands: sent, then answered.
    ordered = sorted(steps, key=lambda step: step[:2])
    return tuple(StatementState(business_day(at), text) for at, _, text in ordered)
