"""What came of a campaign's money: bills, discounts, what is paid out and what went back to the treasury?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant, business_day
from backend.ledger.balance import balance
from backend.ledger.rules import Account, AccountKind, Funder
from backend.settlement.bank_rules import BankActKind
from backend.settlement.spending_views import SpentTally
from backend.settlement.store import bank_acts, batches, spending


class AskSpending(Struct, frozen=True, kw_only=True):
    """Of one campaign, as of an instant."""

    campaign_id: UUID
    at: Instant


class SpentMoney(Struct, frozen=True, kw_only=True):
    """In fen; what was paid out is less what merchants paid back."""

    tallies: list[SpentTally]
    paid_out: dict[Funder, int]
    to_return_fen: int
    returned_fen: int


async def find_spending(tx: Transaction, asked: AskSpending) -> SpentMoney:
    """A campaign whose money is not proven yet has spent nothing."""
    acts = await bank_acts.of_campaign(tx, asked.campaign_id)
    paid = await batches.accepted_of(tx, asked.campaign_id)
    return SpentMoney(
        tallies=await spending.spent_by(tx, asked.campaign_id, business_day(asked.at)),
        paid_out={payer: paid.get(payer, 0) for payer in (Funder.GOVERNMENT, Funder.PLATFORM)},
        to_return_fen=await balance(tx, Account(AccountKind.RETURN_TREASURY, asked.campaign_id)),
        returned_fen=sum(act.amount_fen for act in acts if act.kind is BankActKind.RETURN),
    )
