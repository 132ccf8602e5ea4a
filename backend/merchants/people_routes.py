"""A merchant's owner sees who works at the counter, invites cashiers and ends their accounts; a cashier does not."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from backend.database.transaction import inquire, transact
from backend.identity.reasons import IdentityReason
from backend.kernel.actors import Role
from backend.kernel.refusals import GeneralReason, Reason, Refused
from backend.merchants.account_rules import AccountReason
from backend.merchants.answers import actor_of, own_merchant, refused
from backend.merchants.find_colleagues import FindColleagues, find_colleagues
from backend.merchants.invite_cashier import (
    CashierInvited,
    EndCashier,
    InviteCashier,
    InviteCashierAgain,
    NotInvited,
    end_cashier,
    invite_cashier,
    invite_cashier_again,
    owns_merchant,
)
from backend.merchants.people_schemas import (
    CashierBody,
    CashierInvitedAnswer,
    ColleagueAnswer,
    InviteAgainBody,
    PostAnswer,
    cashier_invited_answer,
    colleague_answer,
)
from backend.merchants.rules import MerchantReason
from backend.outbox.rules import IdReused
from backend.web.callers import county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import ProblemError, documented, same_again

PEOPLE = frozenset({Role.MERCHANT})
AT: dict[Reason, str] = {IdentityReason.LOGIN_TAKEN: "/login", IdentityReason.PHONE_TAKEN: "/phone"}
"""Which field of an invitation a refusal is about."""


def _invited(outcome: CashierInvited | NotInvited) -> Response[CashierInvitedAnswer]:
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome, AT)
    status = 200 if outcome.again else 201
    return Response(cashier_invited_answer(outcome), status_code=status, headers={"cache-control": "no-store"})


@get("/api/v1/merchant/post", opt={"callers": PEOPLE}, tags=["merchants"], summary="Am I owner or cashier?")
async def get_post(request: Request[Any, Any, Any]) -> PostAnswer:
    """Pages ask it before they offer what only owners may do."""
    own_merchant(request)
    return PostAnswer(owner=await inquire(county_of(request), owns_merchant, actor_of(request, Role.MERCHANT)))


@get(
    "/api/v1/merchant/staff",
    opt={"callers": PEOPLE},
    tags=["merchants"],
    summary="Who works for my merchant",
    responses=documented(AccountReason.NOT_OWNER),
)
async def list_colleagues(
    request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50
) -> Page[ColleagueAnswer]:
    """Owners and cashiers, those who have left included; only an owner sees them."""
    county = county_of(request)
    before = open_cursor(county, "colleagues", cursor)
    asked = FindColleagues(
        asker=actor_of(request, Role.MERCHANT),
        merchant_id=own_merchant(request),
        at=county.clock(),
        before=UUID(before) if before else None,
        most=limit + 1,
    )
    found = await inquire(county, find_colleagues, asked)
    if isinstance(found, Refused):
        raise ProblemError(found.reason)
    more = seal_cursor(county, "colleagues", str(found[limit - 1].member.id)) if len(found) > limit else None
    return Page(items=[colleague_answer(one) for one in found[:limit]], next_cursor=more)


@post(
    "/api/v1/merchant/staff",
    opt={"callers": PEOPLE},
    tags=["merchants"],
    summary="Invite a cashier",
    responses=documented(
        GeneralReason.NOT_FOUND,
        GeneralReason.ID_REUSED,
        AccountReason.NOT_OWNER,
        MerchantReason.MERCHANT_ENDED,
        IdentityReason.LOGIN_TAKEN,
        IdentityReason.PHONE_TAKEN,
    )
    | same_again(CashierInvitedAnswer),
)
async def post_cashier(request: Request[Any, Any, Any], data: JSONBody[CashierBody]) -> Response[CashierInvitedAnswer]:
    """An account that takes vouchers for this merchant and manages nothing; the invitation's code is shown once."""
    command = InviteCashier(
        actor=actor_of(request, Role.MERCHANT, data.invitation_id),
        invitation_id=data.invitation_id,
        merchant_id=own_merchant(request),
        login=data.login,
        name=data.name,
        phone=data.phone,
    )
    return _invited(await transact(county_of(request), invite_cashier, command))


@post(
    "/api/v1/merchant/staff/{staff_id:uuid}/invitation",
    opt={"callers": PEOPLE},
    tags=["merchants"],
    summary="Invite a cashier again",
    responses=documented(
        GeneralReason.ID_REUSED,
        AccountReason.NOT_OWNER,
        MerchantReason.MERCHANT_ENDED,
        IdentityReason.STAFF_ENDED,
    )
    | same_again(CashierInvitedAnswer),
)
async def post_cashier_again(
    request: Request[Any, Any, Any], staff_id: FromPath[UUID], data: JSONBody[InviteAgainBody]
) -> Response[CashierInvitedAnswer]:
    """Password, phone or link was lost: sessions and earlier invitations end, the new code is shown once."""
    command = InviteCashierAgain(
        actor=actor_of(request, Role.MERCHANT, data.invitation_id),
        invitation_id=data.invitation_id,
        merchant_id=own_merchant(request),
        staff_id=staff_id,
    )
    return _invited(await transact(county_of(request), invite_cashier_again, command))


@post(
    "/api/v1/merchant/staff/{staff_id:uuid}/end",
    opt={"callers": PEOPLE},
    tags=["merchants"],
    summary="A cashier has left",
    status_code=204,
    responses=documented(AccountReason.NOT_OWNER, IdentityReason.OWN_RIGHTS, IdentityReason.LAST_ADMINISTRATOR),
)
async def post_end_cashier(request: Request[Any, Any, Any], staff_id: FromPath[UUID]) -> Response[None]:
    """Account and sessions end at once; owners' accounts are ended by the office."""
    command = EndCashier(actor=actor_of(request, Role.MERCHANT), merchant_id=own_merchant(request), staff_id=staff_id)
    outcome = await transact(county_of(request), end_cashier, command)
    return refused(outcome) if outcome else Response(None, status_code=204)


PEOPLE_ROUTES: list[BaseRouteHandler] = [get_post, list_colleagues, post_cashier, post_cashier_again, post_end_cashier]
