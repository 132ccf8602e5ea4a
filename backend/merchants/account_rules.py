"""Into which bank account is a merchant paid, and who may change that?

Pure. A change is proposed by one person, approved by another of the office, and counts from 24 hours later; the account
before stays in force until then. Which account is in force at an instant is read from the rows and stored nowhere.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.kernel.refusals import Reason, Refused

WAITS = timedelta(hours=24)
"""From the approval until an account counts: time for the merchant to see it, and to object."""
DEMONSTRATION_PREFIX = "0591527"
"""Industry digit 0 is no bank's (ISO/IEC 7812); the rest is the division that does not exist."""


class AccountKind(StrEnum):
    """What kind of account it is."""

    CORPORATE = "corporate"
    """对公账户"""
    CARD = "card"
    """个人银行卡, of an individual business"""


class AccountState(StrEnum):
    """Where a bank account stands."""

    PROPOSED = "proposed"
    """Waits for somebody else's approval."""
    APPROVED = "approved"
    """Approved; counts 24 hours later."""
    WITHDRAWN = "withdrawn"
    """Taken back or refused before it counted."""


class AccountReason(Reason):
    """Why a merchant's bank account does not change."""

    NUMBER_WRONG = (
        "account-number-wrong",
        409,
        "银行卡号不对，请照卡面核对后重填",
        "The card's number is wrong; copy it from the card again",
    )
    NUMBER_ASSIGNABLE = (
        "account-assignable",
        409,
        "演示县只能登记不会属于任何人的账号（以 0591527 开头）",
        "A demonstration county takes only account numbers nobody can have (beginning with 0591527)",
    )
    ACCOUNT_PENDING = (
        "account-pending",
        409,
        "已有一项账户变更还没有生效，请先等待或撤回",
        "Another change of the account is under way; wait for it or withdraw it first",
    )
    ACCOUNT_SETTLED = (
        "account-settled",
        409,
        "这项变更已经办结，不能再操作",
        "This change is settled; nothing can be done with it any more",
    )
    OWN_PROPOSAL = (
        "own-proposal",
        409,
        "变更人不能审批自己的变更，须由另一人审批",
        "Whoever proposed a change cannot approve it; somebody else must",
    )
    NOT_OWNER = "not-owner", 403, "只有商户负责人能办理", "Only the merchant's owner may do this"


class BankAccount(Struct, frozen=True, kw_only=True):
    """A bank account of a merchant, with its number as it is."""

    id: UUID
    merchant_id: UUID
    kind: AccountKind
    holder_name: str
    bank_name: str
    bank_code: str
    province: str
    number: str
    state: AccountState
    proposed_by: UUID
    proposed_role: str
    proposed_at: datetime
    approved_by: UUID | None = None
    deputy_for: UUID | None = None
    approved_at: datetime | None = None
    effective_at: datetime | None = None
    withdrawn_at: datetime | None = None

    def __repr__(self) -> str:
        return f"BankAccount({self.id}, {self.state})"


class PayoutAccount(Struct, frozen=True, kw_only=True):
    """Where a merchant's money goes: the account in force, its number clear."""

    account_id: UUID
    merchant_id: UUID
    kind: AccountKind
    holder_name: str
    bank_name: str
    bank_code: str
    province: str
    number: str
    effective_at: datetime

    def __repr__(self) -> str:
        return f"PayoutAccount({self.account_id})"


def decide_number(kind: AccountKind, number: str, *, demonstration: bool) -> Refused[AccountReason] | None:
    """Can this be the number of such an account? ``None`` for yes. Only cards have a check digit that all banks use."""
    if demonstration and not (number.startswith(DEMONSTRATION_PREFIX) and passes_luhn(number)):
        return Refused(AccountReason.NUMBER_ASSIGNABLE)
    if kind is AccountKind.CARD and not (16 <= len(number) <= 19 and passes_luhn(number)):
        return Refused(AccountReason.NUMBER_WRONG)
    return None


def passes_luhn(number: str) -> bool:
    """ISO/IEC 7812: digits from the right, every second doubled, sum to a multiple of ten."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def waits(account: BankAccount, *, at: datetime) -> bool:
    """Whether it is on its way and does not count yet."""
    if account.state is AccountState.PROPOSED:
        return True
    return account.state is AccountState.APPROVED and account.effective_at is not None and at < account.effective_at


def decide_proposal(accounts: Iterable[BankAccount], *, at: datetime) -> Refused[AccountReason] | None:
    """May another account be proposed now? One change at a time; ``None`` for yes."""
    return Refused(AccountReason.ACCOUNT_PENDING) if any(waits(one, at=at) for one in accounts) else None


def decide_approval(account: BankAccount, person_id: UUID, deputy_for: UUID | None) -> Refused[AccountReason] | None:
    """May this person approve it? ``None`` for yes; whoever proposed it never may, nor anybody in their stead."""
    if account.state is not AccountState.PROPOSED:
        return Refused(AccountReason.ACCOUNT_SETTLED)
    return Refused(AccountReason.OWN_PROPOSAL) if account.proposed_by in (person_id, deputy_for) else None


def in_force(accounts: Iterable[BankAccount], *, at: datetime) -> BankAccount | None:
    """The account that counts at an instant: of those approved, the one that came into force last."""
    live = [
        (one.effective_at, one)
        for one in accounts
        if one.state is AccountState.APPROVED and one.effective_at is not None and one.effective_at <= at
    ]
    return max(live, key=lambda pair: pair[0])[1] if live else None


def masked_number(number: str) -> str:
    """**** **** 1234"""
    return "*" * max(0, len(number) - 4) + number[-4:]
