"""What merchants' bank accounts look like on the wire; numbers are masked unless the full view was asked for."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.identity.rules import masked_name
from backend.merchants.account_rules import AccountKind, AccountState, BankAccount, masked_number
from backend.merchants.call_schemas import Purpose
from backend.merchants.find_accounts import AccountsNow, Lacking, ProposedAccount
from backend.web.mends import told
from backend.web.texts import ONE_LINE, NameEn, ReasonText

DIGITS = told("^[0-9]{8,32}$(?!\n)", "账号是 8 到 32 位数字 / an account number has 8 to 32 digits")
BANK_CODE = told("^[0-9]{12}$(?!\n)", "联行号是 12 位数字 / a bank's code (联行号) has twelve digits")
AccountNumber = Annotated[str, Meta(min_length=8, max_length=32, pattern=DIGITS)]
BankCode = Annotated[str, Meta(min_length=12, max_length=12, pattern=BANK_CODE, description="联行号")]
Province = Annotated[str, Meta(min_length=2, max_length=20, pattern=ONE_LINE)]


class ProposeAccountBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another bank account; `account_id` is made by the caller and names the request."""

    account_id: UUID
    kind: AccountKind
    holder_name: NameEn
    bank_name: NameEn
    bank_code: BankCode
    province: Province
    number: AccountNumber

    def __repr__(self) -> str:
        return f"ProposeAccountBody({self.account_id})"


class ApproveBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An approval; `decision_id` is made by the caller."""

    decision_id: UUID
    deputy_for: UUID | None = None


class WithdrawAccountBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Taking a change back; `change_id` is made by the caller."""

    change_id: UUID
    reason: ReasonText


class LookAtAccountBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the full view is for."""

    purpose: Purpose


class AccountMovedAnswer(Struct, frozen=True, kw_only=True):
    """Where the change stands; it counts from `effective_at` on."""

    account_id: UUID
    merchant_id: UUID
    state: AccountState
    effective_at: datetime | None


class BankAccountAnswer(Struct, frozen=True, kw_only=True):
    """A bank account of a merchant."""

    account_id: UUID
    merchant_id: UUID
    kind: AccountKind
    holder_name: str
    bank_name: str
    bank_code: str
    province: str
    number: str
    state: AccountState
    in_force: bool
    proposed_by: UUID
    proposed_role: str
    proposed_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None
    effective_at: datetime | None
    withdrawn_at: datetime | None


class ProposedAccountAnswer(Struct, frozen=True, kw_only=True):
    """A change of a bank account that waits, with the merchant whose it is."""

    merchant_zh: str
    merchant_en: str
    account: BankAccountAnswer


class BankAccountsAnswer(Struct, frozen=True, kw_only=True):
    """Every account of a merchant, the newest first."""

    items: list[BankAccountAnswer]


class LackingAnswer(Struct, frozen=True, kw_only=True):
    """A merchant that nothing can be paid to yet."""

    merchant_id: UUID
    name_zh: str
    name_en: str


def bank_account_answer(account: BankAccount, *, in_force: bool = False, full: bool = False) -> BankAccountAnswer:
    """An account on a page."""
    return BankAccountAnswer(
        account_id=account.id,
        merchant_id=account.merchant_id,
        kind=account.kind,
        holder_name=account.holder_name if full else masked_name(account.holder_name),
        bank_name=account.bank_name,
        bank_code=account.bank_code,
        province=account.province,
        number=account.number if full else masked_number(account.number),
        state=account.state,
        in_force=in_force,
        proposed_by=account.proposed_by,
        proposed_role=account.proposed_role,
        proposed_at=account.proposed_at,
        approved_by=account.approved_by,
        approved_at=account.approved_at,
        effective_at=account.effective_at,
        withdrawn_at=account.withdrawn_at,
    )


def proposed_answer(proposed: ProposedAccount) -> ProposedAccountAnswer:
    """A change that waits, masked."""
    return ProposedAccountAnswer(
        merchant_zh=proposed.name_zh,
        merchant_en=proposed.name_en,
        account=bank_account_answer(proposed.account),
    )


def bank_accounts_answer(found: AccountsNow) -> BankAccountsAnswer:
    """A merchant's accounts."""
    items = [bank_account_answer(one, in_force=one.id == found.in_force) for one in found.accounts]
    return BankAccountsAnswer(items=items)


def lacking_answer(lacking: Lacking) -> LackingAnswer:
    """A merchant without an account."""
    return LackingAnswer(merchant_id=lacking.merchant_id, name_zh=lacking.name_zh, name_en=lacking.name_en)
