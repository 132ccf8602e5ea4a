"""The office drafts policies of the offline counter and sees what each can cost; another person puts one in force."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from backend.database.transaction import inquire, transact
from backend.identity.acting import staff_names
from backend.kernel.actors import ACTING_ROLES, OFFICE_ROLES, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.sync.draft_policy import DraftPolicy, PolicyDrafted, draft_policy
from backend.sync.draft_rules import Policy, PolicyReason, decide_draft
from backend.sync.enforce_policy import EnforcePolicy, PolicyEnforced, enforce_policy
from backend.sync.find_policies import FindPolicies, find_policies, find_worst_case
from backend.sync.policy_schemas import (
    FIELD_OF,
    DraftPolicyBody,
    EnforcePolicyBody,
    LimitsBody,
    OfflinePolicyAnswer,
    WorstCaseAnswer,
    limits_from,
    offline_policy_answer,
    worst_case_answer,
)
from backend.web.callers import address_of, caller_of, county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import documented, refused, same_again

DRAFT_REASONS = (PolicyReason.SOFT_AFTER_HARD, PolicyReason.SCAN_ABOVE_CHALLENGE)


@get("/api/v1/office/offline-policies", opt={"callers": OFFICE_ROLES}, tags=["sync"], summary="Offline policies")
async def list_policies(
    request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50
) -> Page[OfflinePolicyAnswer]:
    """Drafts and policies, the newest first; the highest number in force holds."""
    county = county_of(request)
    before = open_cursor(county, "offline-policies", cursor)
    asked = FindPolicies(before=int(before) if before else None, most=limit + 1)
    found = await inquire(county, find_policies, asked)
    more = seal_cursor(county, "offline-policies", str(found[limit - 1].number)) if len(found) > limit else None
    names = await inquire(county, staff_names, _people(*found))
    return Page(items=[offline_policy_answer(one, names) for one in found[:limit]], next_cursor=more)


@post(
    "/api/v1/office/offline-policies",
    opt={"callers": frozenset({Role.OFFICE})},
    tags=["sync"],
    summary="Draft an offline policy",
    responses=documented(*DRAFT_REASONS, GeneralReason.ID_REUSED) | same_again(OfflinePolicyAnswer),
)
async def post_policy_draft(
    request: Request[Any, Any, Any], data: JSONBody[DraftPolicyBody]
) -> Response[OfflinePolicyAnswer]:
    """Nothing changes until another person puts it in force."""
    actor = caller_of(request).actor(role=Role.OFFICE, request_id=data.policy_id, address=address_of(request))
    command = DraftPolicy(actor=actor, policy_id=data.policy_id, limits=limits_from(data.limits), note=data.note)
    return await _response(request, await transact(county_of(request), draft_policy, command))


@post(
    "/api/v1/office/offline-policies/worst-case",
    opt={"callers": ACTING_ROLES},
    tags=["sync"],
    summary="What an offline policy can cost at worst",
    status_code=200,
    responses=documented(*DRAFT_REASONS),
)
async def post_worst_case(request: Request[Any, Any, Any], data: JSONBody[LimitsBody]) -> Response[WorstCaseAnswer]:
    """Worked out for these limits with the devices and pools as they are now; nothing is stored."""
    limits = limits_from(data)
    no = decide_draft(limits)
    if no is not None:
        return refused(no)
    return Response(worst_case_answer(await inquire(county_of(request), find_worst_case, limits)))


@post(
    "/api/v1/office/offline-policies/{number:int}/enforcement",
    opt={"callers": frozenset({Role.APPROVER})},
    tags=["sync"],
    summary="Put an offline policy in force",
    responses=documented(
        PolicyReason.NO_SUCH_POLICY, PolicyReason.SAME_PERSON, PolicyReason.OVERTAKEN, GeneralReason.ID_REUSED
    )
    | same_again(OfflinePolicyAnswer),
)
async def post_enforcement(
    request: Request[Any, Any, Any], number: FromPath[int], data: JSONBody[EnforcePolicyBody]
) -> Response[OfflinePolicyAnswer]:
    """By somebody who did not draft it; devices are given it at their next sync."""
    actor = caller_of(request).actor(role=Role.APPROVER, request_id=data.decision_id, address=address_of(request))
    command = EnforcePolicy(actor=actor, decision_id=data.decision_id, number=number, document_no=data.document_no)
    return await _response(request, await transact(county_of(request), enforce_policy, command))


async def _response(
    request: Request[Any, Any, Any], outcome: PolicyDrafted | PolicyEnforced | Refused[PolicyReason] | IdReused
) -> Response[OfflinePolicyAnswer]:
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome, FIELD_OF)
    names = await inquire(county_of(request), staff_names, _people(outcome.policy))
    return Response(offline_policy_answer(outcome.policy, names), status_code=200 if outcome.again else 201)


def _people(*policies: Policy) -> frozenset[UUID]:
    involved = {who for one in policies for who in (one.drafted_by, one.enforced_by)}
    return frozenset(who for who in involved if who is not None)


SYNC_POLICY_ROUTES: list[BaseRouteHandler] = [list_policies, post_policy_draft, post_worst_case, post_enforcement]
