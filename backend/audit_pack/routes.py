"""The audit pack for the auditor and the desk: one click, one file."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, BinaryIO
from uuid import UUID
from weakref import finalize

from litestar import Request, Response, post
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody
from litestar.response import Stream

from backend.audit_pack.make_pack import MakePack, opened_pack, pack_name
from backend.audit_pack.request_pack import RequestPack, request_pack
from backend.audit_pack.schemas import AuditPackRequest
from backend.database.transaction import transact
from backend.kernel.actors import ACTING_ROLES, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.vouchers.desk_rules import DeskReason
from backend.web.callers import address_of, caller_of, county_of
from backend.web.limits import Figure
from backend.web.problems import documented, refusal, refused

CALLERS = ACTING_ROLES | {Role.AUDITOR}
PACKS = Figure(name="packs", most=4, seconds=600)
"""Each reads a whole campaign."""
ZIP = "application/zip"
PIECE = 1 << 18


class Pieces:
    """An open file as the pieces of an answer; it is closed at its end, or when nobody wants it any more."""

    def __init__(self, opened: BinaryIO) -> None:
        self._opened = opened
        finalize(self, opened.close)

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Itself: it is read once."""
        return self

    async def __anext__(self) -> bytes:
        """The next piece, read beside the loop."""
        piece = await asyncio.to_thread(self._opened.read, PIECE)
        if not piece:
            self._opened.close()
            raise StopAsyncIteration
        return piece


@post(
    "/api/v1/office/campaigns/{campaign_id:uuid}/audit-pack",
    opt={"callers": CALLERS, "limit": PACKS},
    tags=["settlement"],
    summary="Make the audit pack of a campaign",
    responses={201: ResponseSpec(bytes, media_type=ZIP, generate_examples=False, description="The pack as one file.")}
    | documented(DeskReason.NO_SUCH_CAMPAIGN, GeneralReason.ID_REUSED),
)
async def post_audit_pack(
    request: Request[Any, Any, Any], campaign_id: FromPath[UUID], data: JSONBody[AuditPackRequest]
) -> Response[Any]:
    """The pack as of now: a ZIP that anybody can check without us. Who made it stands in the trail."""
    county = county_of(request)
    role = min(caller_of(request).roles & CALLERS)
    command = RequestPack(
        pack_id=data.pack_id,
        campaign_id=campaign_id,
        seed=data.seed,
        sample=data.sample,
        actor=caller_of(request).actor(role=role, request_id=data.pack_id, address=address_of(request)),
    )
    outcome = await transact(county, request_pack, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    asked = MakePack(
        pack_id=data.pack_id, campaign_id=campaign_id, seed=data.seed, sample=data.sample, at=county.clock()
    )
    opened = await asyncio.to_thread(opened_pack, county, asked)
    if opened is None:
        return refusal(Refused(DeskReason.NO_SUCH_CAMPAIGN))
    headers = {
        "content-disposition": f'attachment; filename="{pack_name(county, asked)}.zip"',
        "cache-control": "no-store",
    }
    return Stream(Pieces(opened), status_code=201, media_type=ZIP, headers=headers)


AUDIT_PACK_ROUTES: list[BaseRouteHandler] = [post_audit_pack]
