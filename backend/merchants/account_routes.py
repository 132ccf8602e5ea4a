"""Bank accounts of merchants: proposed by the owner or a clerk, approved by somebody else, counting a day later."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from backend.database.transaction import inquire, transact
from backend.kernel.actors import OFFICE_ROLES, Actor, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.account_rules import AccountReason
from backend.merchants.account_schemas import (
    AccountMovedAnswer,
    ApproveBody,
    BankAccountAnswer,
    BankAccountsAnswer,
    LackingAnswer,
    LookAtAccountBody,
    ProposeAccountBody,
    ProposedAccountAnswer,
    WithdrawAccountBody,
    bank_account_answer,
    bank_accounts_answer,
    lacking_answer,
    proposed_answer,
)
from backend.merchants.answers import acting_of, actor_of, own_merchant, refused
from backend.merchants.approve_account import APPROVING, ApproveAccount, NotApproved, approve_account
from backend.merchants.call_reasons import CallReason
from backend.merchants.find_accounts import (
    FindAccounts,
    FindLacking,
    FindProposed,
    LookAtAccount,
    find_accounts,
    find_lacking,
    find_proposed,
    look_at_account,
)
from backend.merchants.find_merchants import merchant_names
from backend.merchants.propose_account import AccountMoved, NotMovedAccount, ProposeAccount, propose_account
from backend.merchants.rules import MerchantReason
from backend.merchants.sign_application import SIGNING
from backend.merchants.withdraw_account import WithdrawAccount, withdraw_account
from backend.outbox.rules import IdReused
from backend.web.callers import county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, open_moment, seal_cursor, seal_moment
from backend.web.problems import ProblemError, documented, same_again

OWNER = frozenset({Role.MERCHANT})
PROPOSED_REFUSED = (
    GeneralReason.INVALID,
    GeneralReason.ID_REUSED,
    AccountReason.NUMBER_WRONG,
    AccountReason.NUMBER_ASSIGNABLE,
    AccountReason.ACCOUNT_PENDING,
    MerchantReason.MERCHANT_ENDED,
)
WITHDRAWN_REFUSED = (GeneralReason.INVALID, GeneralReason.ID_REUSED, AccountReason.ACCOUNT_SETTLED)


def _moved(outcome: AccountMoved | NotMovedAccount | NotApproved, *, status: int = 200) -> Response[AccountMovedAnswer]:
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = AccountMovedAnswer(
        account_id=outcome.account_id,
        merchant_id=outcome.merchant_id,
        state=outcome.state,
        effective_at=outcome.effective_at,
    )
    return Response(answer, status_code=200 if outcome.again else status)


def _proposal(actor: Actor, merchant_id: UUID, data: ProposeAccountBody) -> ProposeAccount:
    return ProposeAccount(
        actor=actor,
        account_id=data.account_id,
        merchant_id=merchant_id,
        kind=data.kind,
        holder_name=data.holder_name,
        bank_name=data.bank_name,
        bank_code=data.bank_code,
        province=data.province,
        number=data.number,
    )


@post(
    "/api/v1/merchant/bank-accounts",
    opt={"callers": OWNER},
    tags=["bank accounts"],
    summary="Propose my merchant's bank account",
    responses=documented(*PROPOSED_REFUSED, AccountReason.NOT_OWNER) | same_again(AccountMovedAnswer),
)
async def post_own_account(
    request: Request[Any, Any, Any], data: JSONBody[ProposeAccountBody]
) -> Response[AccountMovedAnswer]:
    """Somebody of the office approves it; it counts 24 hours later, and until then the account before."""
    command = _proposal(actor_of(request, Role.MERCHANT, data.account_id), own_merchant(request), data)
    return _moved(await transact(county_of(request), propose_account, command), status=201)


@get(
    "/api/v1/merchant/bank-accounts",
    opt={"callers": OWNER},
    tags=["bank accounts"],
    summary="My merchant's bank accounts",
)
async def list_own_accounts(request: Request[Any, Any, Any]) -> BankAccountsAnswer:
    """Every one, masked, and which is in force."""
    county = county_of(request)
    asked = FindAccounts(merchant_id=own_merchant(request), at=county.clock())
    return bank_accounts_answer(await inquire(county, find_accounts, asked))


@post(
    "/api/v1/merchant/bank-accounts/{account_id:uuid}/withdraw",
    opt={"callers": OWNER},
    tags=["bank accounts"],
    summary="Take a change of the account back",
    status_code=200,
    responses=documented(*WITHDRAWN_REFUSED, AccountReason.NOT_OWNER),
)
async def post_own_withdrawal(
    request: Request[Any, Any, Any], account_id: FromPath[UUID], data: JSONBody[WithdrawAccountBody]
) -> Response[AccountMovedAnswer]:
    """Before it counts: nobody is paid into an account that its owner does not know."""
    command = WithdrawAccount(
        actor=actor_of(request, Role.MERCHANT, data.change_id),
        change_id=data.change_id,
        account_id=account_id,
        merchant_id=own_merchant(request),
        reason=data.reason,
    )
    return _moved(await transact(county_of(request), withdraw_account, command))


@post(
    "/api/v1/office/merchants/{merchant_id:uuid}/bank-accounts",
    opt={"callers": frozenset({Role.OFFICE})},
    tags=["bank accounts"],
    summary="Propose a merchant's bank account",
    responses=documented(*PROPOSED_REFUSED) | same_again(AccountMovedAnswer),
)
async def post_account(
    request: Request[Any, Any, Any], merchant_id: FromPath[UUID], data: JSONBody[ProposeAccountBody]
) -> Response[AccountMovedAnswer]:
    """For a merchant that came with its papers; somebody else approves it."""
    command = _proposal(actor_of(request, Role.OFFICE, data.account_id), merchant_id, data)
    return _moved(await transact(county_of(request), propose_account, command), status=201)


@get(
    "/api/v1/office/merchants/{merchant_id:uuid}/bank-accounts",
    opt={"callers": OFFICE_ROLES},
    tags=["bank accounts"],
    summary="A merchant's bank accounts",
)
async def list_accounts(request: Request[Any, Any, Any], merchant_id: FromPath[UUID]) -> BankAccountsAnswer:
    """Every one, masked, and which is in force."""
    county = county_of(request)
    if not await inquire(county, merchant_names, {merchant_id}):
        raise ProblemError(GeneralReason.NOT_FOUND)
    asked = FindAccounts(merchant_id=merchant_id, at=county.clock())
    return bank_accounts_answer(await inquire(county, find_accounts, asked))


@get(
    "/api/v1/office/bank-accounts",
    opt={"callers": OFFICE_ROLES},
    tags=["bank accounts"],
    summary="Bank accounts that wait for an approval",
)
async def list_proposed_accounts(
    request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50
) -> Page[ProposedAccountAnswer]:
    """The first proposed first, masked."""
    county = county_of(request)
    asked = FindProposed(after=open_moment(county, "proposed-accounts", cursor), most=limit + 1)
    found = await inquire(county, find_proposed, asked)
    last = found[limit - 1].account if len(found) > limit else None
    more = seal_moment(county, "proposed-accounts", (last.proposed_at, last.id)) if last else None
    return Page(items=[proposed_answer(one) for one in found[:limit]], next_cursor=more)


@get(
    "/api/v1/office/bank-accounts/missing",
    opt={"callers": OFFICE_ROLES},
    tags=["bank accounts"],
    summary="Merchants that nothing can be paid to",
)
async def list_lacking(
    request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50
) -> Page[LackingAnswer]:
    """Merchants that have not left and have no bank account in force."""
    county = county_of(request)
    after = open_cursor(county, "lacking-accounts", cursor)
    asked = FindLacking(at=county.clock(), after=UUID(after) if after else None, most=limit + 1)
    found = await inquire(county, find_lacking, asked)
    more = seal_cursor(county, "lacking-accounts", str(found[limit - 1].merchant_id)) if len(found) > limit else None
    return Page(items=[lacking_answer(one) for one in found[:limit]], next_cursor=more)


@post(
    "/api/v1/office/bank-accounts/{account_id:uuid}/approve",
    opt={"callers": APPROVING},
    tags=["bank accounts"],
    summary="Approve a bank account",
    status_code=200,
    responses=documented(
        GeneralReason.INVALID,
        GeneralReason.ID_REUSED,
        AccountReason.ACCOUNT_SETTLED,
        AccountReason.OWN_PROPOSAL,
        CallReason.NOT_DEPUTY,
    ),
)
async def post_approval(
    request: Request[Any, Any, Any], account_id: FromPath[UUID], data: JSONBody[ApproveBody]
) -> Response[AccountMovedAnswer]:
    """It counts from 24 hours later on; whoever proposed it cannot."""
    command = ApproveAccount(
        actor=actor_of(request, acting_of(request, Role.REVIEWER, Role.APPROVER), data.decision_id),
        decision_id=data.decision_id,
        account_id=account_id,
        deputy_for=data.deputy_for,
    )
    return _moved(await transact(county_of(request), approve_account, command))


@post(
    "/api/v1/office/bank-accounts/{account_id:uuid}/withdraw",
    opt={"callers": SIGNING},
    tags=["bank accounts"],
    summary="Refuse a bank account, or take it back",
    status_code=200,
    responses=documented(*WITHDRAWN_REFUSED),
)
async def post_account_withdrawal(
    request: Request[Any, Any, Any], account_id: FromPath[UUID], data: JSONBody[WithdrawAccountBody]
) -> Response[AccountMovedAnswer]:
    """Before it counts; the merchant is told."""
    command = WithdrawAccount(
        actor=actor_of(request, acting_of(request, Role.OFFICE, Role.REVIEWER, Role.APPROVER), data.change_id),
        change_id=data.change_id,
        account_id=account_id,
        reason=data.reason,
    )
    return _moved(await transact(county_of(request), withdraw_account, command))


@post(
    "/api/v1/office/bank-accounts/{account_id:uuid}/look",
    opt={"callers": SIGNING},
    tags=["bank accounts"],
    summary="See a bank account in full",
    status_code=200,
)
async def post_look_at_account(
    request: Request[Any, Any, Any], account_id: FromPath[UUID], data: JSONBody[LookAtAccountBody]
) -> Response[BankAccountAnswer]:
    """For a purpose, and on record."""
    role = acting_of(request, Role.OFFICE, Role.REVIEWER, Role.APPROVER)
    command = LookAtAccount(actor=actor_of(request, role), account_id=account_id, purpose=data.purpose)
    account = await transact(county_of(request), look_at_account, command)
    if account is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return Response(bank_account_answer(account, full=True), headers={"cache-control": "no-store"})


ACCOUNT_ROUTES: list[BaseRouteHandler] = [
    post_own_account,
    list_own_accounts,
    post_own_withdrawal,
    post_account,
    list_accounts,
    list_proposed_accounts,
    list_lacking,
    post_approval,
    post_account_withdrawal,
    post_look_at_account,
]
