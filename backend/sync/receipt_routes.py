"""Where a customer's phone brings a counter's receipt, and where somebody decides about one whose event is lost."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import FromPath, JSONBody

from backend.database.transaction import transact
from backend.kernel.actors import Role
from backend.kernel.receipts import ReceiptReason
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.sync.bring_receipt import BringReceipt, bring_receipt
from backend.sync.conflict_routes import NOT_SETTLED
from backend.sync.conflict_schemas import ReviewedAnswer, reviewed_answer
from backend.sync.decide_receipt import DecideReceipt, decide_receipt
from backend.sync.receipt_rules import ReceiptReviewReason
from backend.sync.receipt_schemas import (
    FIELD_OF,
    BringReceiptBody,
    DecideReceiptBody,
    ReceiptBroughtAnswer,
    brought_answer,
)
from backend.sync.review_rules import ReviewReason
from backend.web.callers import address_of, caller_of, county_of
from backend.web.problems import documented, refused, same_again


@post(
    "/api/v1/sync/receipts",
    opt={"callers": frozenset({Role.RESIDENT})},
    tags=["sync"],
    summary="Bring the receipt of a counter without a network",
    status_code=200,
    responses=documented(ReceiptReason),
)
async def post_receipt(
    request: Request[Any, Any, Any], data: JSONBody[BringReceiptBody]
) -> Response[ReceiptBroughtAnswer]:
    """Any number of times: it is kept once, while the event that it stands for is missing."""
    outcome = await transact(county_of(request), bring_receipt, BringReceipt(data.receipt))
    if isinstance(outcome, Refused):
        return refused(outcome, FIELD_OF)
    return Response(brought_answer(outcome))


@post(
    "/api/v1/office/offline-receipts/{receipt_id:uuid}/decision",
    opt={"callers": frozenset({Role.REVIEWER})},
    tags=["sync"],
    summary="Accept or reject a receipt whose device was lost",
    responses=documented(
        ReceiptReviewReason,
        ReviewReason.WITHOUT_MERCHANT,
        ReviewReason.BOOKED,
        ReviewReason.NO_POOL,
        ReviewReason.POOL_TOO_SMALL,
        *NOT_SETTLED,
        GeneralReason.ID_REUSED,
    )
    | same_again(ReviewedAnswer),
)
async def post_receipt_decision(
    request: Request[Any, Any, Any], receipt_id: FromPath[UUID], data: JSONBody[DecideReceiptBody]
) -> Response[ReviewedAnswer]:
    """Accepted, it is settled as the claim of its event; should that come home later, it is the same claim."""
    actor = caller_of(request).actor(role=Role.REVIEWER, request_id=data.decision_id, address=address_of(request))
    command = DecideReceipt(
        actor=actor,
        decision_id=data.decision_id,
        receipt_id=receipt_id,
        accept=data.accept,
        bill_fen=data.bill_fen,
        reason=data.reason,
    )
    outcome = await transact(county_of(request), decide_receipt, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome, FIELD_OF)
    return Response(reviewed_answer(outcome), status_code=200 if outcome.again else 201)
