"""Where did a campaign's public money go, from the first fen to the last? Pure."""

from collections.abc import Sequence

from msgspec import Struct

from backend.ledger.rules import DEBIT_NORMAL, Account, AccountKind, Funder, Step

Flows = Sequence[tuple[Account, Step | None, int, int]]


class Books(Struct, frozen=True, kw_only=True):
    """Public money of one campaign, in fen.

    funded = free + open + offline + payable − clawback + paid + to return + returned; ``offline`` is in the pool of
    offline counters or dealt from it. The others tell what moved so far:
    ``redeemed`` and ``given_back`` are what merchants were owed at first and less of it, ``issued`` and ``lapsed`` what
    vouchers took and gave back unused.
    """

    funded_fen: int
    issued_fen: int
    redeemed_fen: int
    given_back_fen: int
    lapsed_fen: int
    free_fen: int
    open_fen: int
    offline_fen: int
    payable_fen: int
    clawback_fen: int
    paid_fen: int
    to_return_fen: int
    returned_fen: int


def books_of(flows: Flows) -> Books:
    """Read from the campaign's accounts; the platform company's own share is no public money."""
    kinds = AccountKind
    public = [flow for flow in flows if flow[0].funder is not Funder.PLATFORM]

    def stands(*of: AccountKind) -> int:
        return sum(
            debits - credits_ if account.kind in DEBIT_NORMAL else credits_ - debits
            for account, _, debits, credits_ in public
            if account.kind in of
        )

    def debited(kind: AccountKind, *steps: Step) -> int:
        return sum(debits for account, step, debits, _ in public if account.kind is kind and step in steps)

    def credited(kind: AccountKind, *steps: Step) -> int:
        return sum(credits_ for account, step, _, credits_ in public if account.kind is kind and step in steps)

    undone = (Step.ROLL_BACK, Step.CLAW_BACK, Step.INCIDENT)
    # What was set off was paid to a merchant before; what merchants paid back at the bank is paid no more.
    paid = debited(kinds.MERCHANT_PAYABLE, Step.PAY_OUT) - credited(kinds.MERCHANT_CLAWBACK, Step.REPAY)
    return Books(
        funded_fen=debited(kinds.FUND_BANK, Step.FUND),
        issued_fen=credited(kinds.VOUCHER_OPEN, Step.CLAIM),
        redeemed_fen=credited(kinds.MERCHANT_PAYABLE, Step.REDEEM),
        given_back_fen=debited(kinds.MERCHANT_PAYABLE, *undone) + debited(kinds.MERCHANT_CLAWBACK, *undone),
        lapsed_fen=debited(kinds.VOUCHER_OPEN, Step.EXPIRE, Step.UNUSED_FACE),
        free_fen=stands(kinds.FUND_UNALLOCATED, kinds.BUDGET_LINE),
        open_fen=stands(kinds.VOUCHER_OPEN, kinds.VOUCHER_HELD),
        offline_fen=stands(kinds.OFFLINE_POOL, kinds.OFFLINE_ALLOWANCE),
        payable_fen=stands(kinds.MERCHANT_PAYABLE),
        clawback_fen=stands(kinds.MERCHANT_CLAWBACK),
        paid_fen=paid,
        to_return_fen=stands(kinds.RETURN_TREASURY),
        returned_fen=debited(kinds.RETURN_TREASURY, Step.RETURN),
    )
