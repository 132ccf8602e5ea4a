"""为什么没领到: a resident phones the office, agrees to a look, and hears in plain words what stood against them."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody

from backend.database.transaction import inquire, transact
from backend.identity.look_with_consent import LookWithConsent, look_with_consent
from backend.kernel.actors import Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.vouchers.explain import AskExplanation, explain_refusals
from backend.vouchers.explain_schemas import ExplainRequest, ExplanationAnswer, explanation_answer
from backend.vouchers.find_debts import DebtsOf, shown_debts_of
from backend.web.callers import address_of, caller_of, county_of
from backend.web.problems import FieldError, ProblemError, documented, refused

AGREE = "请先征得本人同意，再查询 / ask whether the caller agrees, then look"


@post(
    "/api/v1/office/residents/explain",
    status_code=200,
    opt={"callers": frozenset({Role.OFFICE})},
    tags=["residents"],
    summary="Why was somebody refused?",
    responses=documented(GeneralReason.NOT_FOUND, GeneralReason.ID_REUSED, GeneralReason.TOO_MANY),
)
async def post_explain(request: Request[Any, Any, Any], data: JSONBody[ExplainRequest]) -> Response[ExplanationAnswer]:
    """The caller's consent is recorded in the trail and told to them; the same `look_id` again is not a second look.

    What stands against a claim is what the rules of claiming say, asked again over the books; what the books cannot
    tell of earlier is named in `unknown`.
    """
    if not data.consent:
        raise ProblemError(GeneralReason.INVALID, errors=[FieldError(pointer="/consent", detail=AGREE)])
    county, caller = county_of(request), caller_of(request)
    campaign_id = data.campaign_id if isinstance(data.campaign_id, UUID) else None
    round_id = data.round_id if isinstance(data.round_id, UUID) else None
    about = f"round {round_id}" if round_id else f"campaign {campaign_id}" if campaign_id else "what was open lately"
    look = LookWithConsent(
        look_id=data.look_id,
        phone=data.phone,
        staff_id=caller.id,
        role=Role.OFFICE.value,
        about=about,
        actor=caller.actor(request_id=data.look_id, role=Role.OFFICE, address=address_of(request)),
    )
    seen = await transact(county, look_with_consent, look)
    if isinstance(seen, Refused | IdReused):
        return refused(seen)
    at = county.clock()
    asked = AskExplanation(resident_id=seen.resident_id, campaign_id=campaign_id, round_id=round_id, at=at)
    found = await inquire(county, explain_refusals, asked)
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    debts = await inquire(county, shown_debts_of, DebtsOf(seen.resident_id))
    return Response(explanation_answer(seen.resident_id, found, debts, at), headers={"cache-control": "no-store"})


EXPLAIN_ROUTES: list[BaseRouteHandler] = [post_explain]
