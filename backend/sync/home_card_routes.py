"""A station issues a paper card, for one of its tablets as the device that may take it without a network."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody

from backend.cards.issue_card import IssueCard, pin_refused
from backend.cards.rules import PaperCardReason
from backend.database.transaction import inquire, transact
from backend.identity.passwords import hash_password
from backend.kernel.actors import Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.stations.phone_code_rules import PROOF_NOES
from backend.stations.rules import StationReason
from backend.sync.home_card_schemas import (
    CardHomeAnswer,
    CardHomesAnswer,
    CardIssuedAnswer,
    IssueCardRequest,
    issued_answer,
)
from backend.sync.issue_home_card import FindHomes, find_homes, issue_home_card
from backend.vouchers.assist import AssistReason
from backend.vouchers.papers import Papers, PapersReason
from backend.web.callers import address_of, caller_of, county_of
from backend.web.problems import documented, refused, same_again

OPERATOR = frozenset({Role.OPERATOR})
FIELDS = {
    PaperCardReason.PIN_EASY: "/pin",
    PaperCardReason.HOME_UNKNOWN: "/home_device_id",
    PapersReason.NUMBER_WRONG: "/proof_number",
}


@get(
    "/api/v1/assisted/paper-cards/homes",
    opt={"callers": OPERATOR},
    tags=["cards"],
    summary="At which tablets a paper card may be at home",
)
async def get_card_homes(request: Request[Any, Any, Any]) -> CardHomesAnswer:
    """Of the station at which the caller has an open shift."""
    found = await inquire(county_of(request), find_homes, FindHomes(caller_of(request).id))
    return CardHomesAnswer(items=[CardHomeAnswer(device_id=one.id, label=one.label) for one in found])


@post(
    "/api/v1/assisted/paper-cards",
    opt={"callers": OPERATOR},
    tags=["cards"],
    summary="Issue a paper card to the person at the counter",
    responses=documented(
        StationReason,
        AssistReason,
        PapersReason,
        *PROOF_NOES,
        PaperCardReason.HOME_UNKNOWN,
        PaperCardReason.PIN_EASY,
        GeneralReason.ID_REUSED,
    )
    | same_again(CardIssuedAnswer),
)
async def post_paper_card(
    request: Request[Any, Any, Any], data: JSONBody[IssueCardRequest]
) -> Response[CardIssuedAnswer]:
    """With the person's document and its number, or once a code sent to their phone came back. A card of before ends.
    The same id again gives 200 with the same card, and the PIN that came first.
    """
    papers = Papers(proof=data.proof, number=data.proof_number or None)
    if (easy := pin_refused(data.pin, papers)) is not None:
        return refused(easy, FIELDS)
    command = IssueCard(
        card_id=data.card_id,
        resident_id=data.resident_id,
        shift_id=data.shift_id,
        papers=papers,
        home=data.home_device_id,
        pin_hash=await hash_password(data.pin),
        family_phone=data.family_phone or None,
        actor=caller_of(request).actor(
            role=Role.OPERATOR,
            request_id=data.card_id,
            shift_id=data.shift_id,
            proof=data.proof.value,
            address=address_of(request),
        ),
    )
    outcome = await transact(county_of(request), issue_home_card, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome, FIELDS)
    return Response(issued_answer(outcome), status_code=200 if outcome.again else 201)


HOME_CARD_ROUTES: list[BaseRouteHandler] = [get_card_homes, post_paper_card]
