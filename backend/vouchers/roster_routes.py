"""Lists: brought in and confirmed by the office, taken by the people on them."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from backend.database.transaction import inquire, transact
from backend.kernel.actors import ACTING_ROLES, OFFICE_ROLES, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.stations.phone_code_rules import PROOF_NOES
from backend.stations.rules import StationReason
from backend.vouchers.assist import AssistReason
from backend.vouchers.assisted_ways import AssistedTakingOutcome, assisted_taking
from backend.vouchers.decide_roster import DecideRoster, decide_roster
from backend.vouchers.desk_rules import DeskReason
from backend.vouchers.find_rosters import FindRosters, MyEntitlements, find_rosters, my_entitlements
from backend.vouchers.import_roster import ImportRoster, Looked, import_roster
from backend.vouchers.papers import PapersReason
from backend.vouchers.roster_rules import RosterReason
from backend.vouchers.roster_schemas import (
    DecisionRequest,
    EntitlementAnswer,
    RosterAnswer,
    RosterDecidedAnswer,
    RosterReport,
    RosterRequest,
    TakingRequest,
    decided_answer,
    entitlement_answer,
    imported_answer,
    looked_answer,
    roster_answer,
    rows_of,
)
from backend.vouchers.routes import assisted_command, own_claim, residents_only
from backend.vouchers.rules import ClaimReason
from backend.vouchers.schemas import ClaimAnswer, claim_answer
from backend.vouchers.take_entitlement import TakeEntitlement, take_entitlement
from backend.web.callers import address_of, caller_of, county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import FieldError, ProblemError, documented, refused, same_again

RESIDENT = frozenset({Role.RESIDENT})


@post(
    "/api/v1/office/campaigns/{campaign_id:uuid}/rosters",
    opt={"callers": frozenset({Role.OFFICE})},
    tags=["rosters"],
    summary="Bring in a list",
    responses=documented(RosterReason, DeskReason, GeneralReason.INVALID, GeneralReason.ID_REUSED)
    | same_again(RosterReport),
)
async def post_roster(
    request: Request[Any, Any, Any], campaign_id: FromPath[UUID], data: JSONBody[RosterRequest]
) -> Response[RosterReport]:
    """A dry run tells everything that is wrong, by row and column; a list with faults is not brought in."""
    rows = rows_of(data)
    command = ImportRoster(
        roster_id=data.roster_id,
        campaign_id=campaign_id,
        document_no=data.document_no,
        rows=rows,
        dry_run=data.dry_run,
        actor=caller_of(request).actor(request_id=data.roster_id, role=Role.OFFICE, address=address_of(request)),
    )
    outcome = await transact(county_of(request), import_roster, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    if not isinstance(outcome, Looked):
        return Response(imported_answer(outcome), status_code=200 if outcome.again else 201)
    if not data.dry_run:
        places = {row.row: place for place, row in enumerate(rows)}
        raise ProblemError(
            GeneralReason.INVALID,
            detail="名单有误，没有导入 / the list has faults and was not brought in",
            errors=[
                FieldError(pointer=f"/rows/{places[one.row]}/{one.column}", detail=f"第 {one.row} 行：{one.detail}")
                for one in outcome.faults
            ],
        )
    return Response(looked_answer(data.roster_id, campaign_id, outcome), status_code=200)


@get(
    "/api/v1/office/campaigns/{campaign_id:uuid}/rosters",
    opt={"callers": OFFICE_ROLES},
    tags=["rosters"],
    summary="A campaign's lists",
)
async def list_rosters(
    request: Request[Any, Any, Any], campaign_id: FromPath[UUID], cursor: Cursor = None, limit: Limit = 50
) -> Page[RosterAnswer]:
    """Newest first; who is on them cannot be read."""
    county = county_of(request)
    before = open_cursor(county, "rosters", cursor)
    asked = FindRosters(campaign_id=campaign_id, before=UUID(before) if before else None, most=limit + 1)
    found = await inquire(county, find_rosters, asked)
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    more = seal_cursor(county, "rosters", str(found[limit - 1].roster_id)) if len(found) > limit else None
    return Page(items=[roster_answer(roster) for roster in found[:limit]], next_cursor=more)


@post(
    "/api/v1/office/rosters/{roster_id:uuid}/decision",
    opt={"callers": ACTING_ROLES},
    tags=["rosters"],
    summary="Confirm a list or send it back",
    responses=documented(RosterReason, DeskReason, GeneralReason.ID_REUSED) | same_again(RosterDecidedAnswer),
)
async def post_roster_decision(
    request: Request[Any, Any, Any], roster_id: FromPath[UUID], data: JSONBody[DecisionRequest]
) -> Response[RosterDecidedAnswer]:
    """By somebody other than the importer; only a confirmed list gives anybody anything."""
    command = DecideRoster(
        decision_id=data.decision_id,
        roster_id=roster_id,
        verdict=data.verdict,
        note=data.note,
        actor=caller_of(request).actor(request_id=data.decision_id, address=address_of(request)),
    )
    outcome = await transact(county_of(request), decide_roster, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(decided_answer(outcome), status_code=200 if outcome.again else 201)


@get("/api/v1/me/entitlements", opt={"callers": RESIDENT}, tags=["rosters"], summary="What lists set aside for me")
async def list_my_entitlements(request: Request[Any, Any, Any]) -> Page[EntitlementAnswer]:
    """By the phone that I signed in with or the identity number that I have proven; at most 100, soonest first."""
    county, claimant = county_of(request), caller_of(request).claimant
    assert claimant is not None, "residents' callers carry their keys"
    found = await inquire(county, my_entitlements, MyEntitlements(keys=claimant.keys))
    at = county.clock()
    return Page(items=[entitlement_answer(one, at) for one in found])


@post(
    "/api/v1/rounds/{round_id:uuid}/entitlements",
    opt={"callers": RESIDENT | {Role.OPERATOR}},
    tags=["rosters"],
    summary="Take what a list sets aside",
    responses=documented(
        ClaimReason, RosterReason, StationReason, AssistReason, PapersReason, *PROOF_NOES, GeneralReason.ID_REUSED
    )
    | same_again(ClaimAnswer),
)
async def post_entitlement(
    request: Request[Any, Any, Any], round_id: FromPath[UUID], data: JSONBody[TakingRequest]
) -> Response[ClaimAnswer]:
    """201 for a new voucher; the same id again gives 200 and the same answer; not on the list: `not-eligible`."""
    caller, county = caller_of(request), county_of(request)
    if caller.claimant is None:
        command = assisted_command(request, round_id, data.claim_id, data)
        return _taking_response(await transact(county, assisted_taking, command))
    residents_only(data)
    own = own_claim(caller, round_id, data.claim_id, address_of(request))
    taking = TakeEntitlement(claim=own, keys=caller.claimant.keys)
    return _taking_response(await transact(county, take_entitlement, taking))


def _taking_response(outcome: AssistedTakingOutcome) -> Response[Any]:
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(claim_answer(outcome), status_code=200 if outcome.again else 201)


ROSTER_ROUTES: list[BaseRouteHandler] = [
    post_roster,
    list_rosters,
    post_roster_decision,
    list_my_entitlements,
    post_entitlement,
]
