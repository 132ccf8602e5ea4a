"""The yardstick: a msgspec POST route of Litestar that decodes the same body and answers the same shape."""

from datetime import UTC, datetime
from uuid import UUID

from litestar import Litestar, get, post
from litestar.params import FromPath, JSONBody

from backend.ledger.rules import Funder
from backend.vouchers.hot_routes import OwnClaim
from backend.vouchers.schemas import ClaimAnswer, FunderAnswer, RedemptionAnswer, RedemptionRequest

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
ID = UUID(int=7)


@post("/api/v1/rounds/{round_id:uuid}/claims")
async def claim(round_id: FromPath[UUID], data: JSONBody[OwnClaim]) -> ClaimAnswer:
    return ClaimAnswer(
        voucher_id=ID,
        claim_id=data.claim_id,
        round_id=round_id,
        face_fen=5000,
        minimum_spend_fen=20000,
        use_from=NOW,
        expires_at=NOW,
        claimed_at=NOW,
    )


@post("/api/v1/redemptions")
async def redeem(data: JSONBody[RedemptionRequest]) -> RedemptionAnswer:
    return RedemptionAnswer(
        redemption_id=data.redemption_id,
        voucher_id=ID,
        bill_fen=data.bill_fen,
        discount_fen=5000,
        payable_fen=15000,
        funders=[FunderAnswer(funder=Funder.GOVERNMENT, amount_fen=5000)],
        redeemed_at=NOW,
    )


@get("/api/v1/campaigns")
async def feed() -> dict[str, list[str]]:
    return {"items": []}


def application() -> Litestar:
    return Litestar(route_handlers=[claim, redeem, feed], openapi_config=None, logging_config=None)
