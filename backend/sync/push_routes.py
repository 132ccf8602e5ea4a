"""Where devices send what they accepted. Bodies and answers are CBOR; only refusals are problems in JSON.

Nobody is signed in here, and no session is looked at: the device's signature is the authority, so that an expired
sign-in, another person's session or a revoked device never keeps a journal from coming home.
"""

import asyncio
import zlib
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast
from uuid import UUID
from weakref import WeakKeyDictionary

from litestar import Request, Response, post
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import HeaderParameter

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.refusals import Refused
from backend.sync.answer_rules import write_answer
from backend.sync.push import TakePush, push
from backend.sync.push_rules import LONGEST_PUSH, PushReason
from backend.sync.recognise_push import RecognisePush, recognise_push
from backend.sync.renew_status import freshen_status
from backend.sync.take_rules import TakeReason
from backend.web.callers import PUBLIC, county_of
from backend.web.limits import DEVICES, JOURNAL_PIECE, JOURNALS, STOPPED_PIECES, Limits
from backend.web.problems import documented, refusal

PUSHES = "/api/v1/sync/push"
CBOR = "application/cbor"
AT_ONCE = 2
"""Journals that a process takes in at the same time, of one county."""
GZIP = zlib.MAX_WBITS | 16
"""How zlib is told that what it unpacks has gzip's head."""

_turns: WeakKeyDictionary[County, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass
class CborBody(Operation):
    """A body of signed bytes: what is inside is in the protocol's specification, not in a schema."""

    form = "`XB1`, fixtures/protocols/batch/SPEC.md"

    def __post_init__(self) -> None:
        """The body's description."""
        schema = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, description=self.form)
        self.request_body = RequestBody(content={CBOR: OpenAPIMediaType(schema=schema)}, required=True)


@post(
    PUSHES,
    opt={"callers": PUBLIC, "strangers": DEVICES},
    tags=["sync"],
    summary="Send a device's events",
    status_code=200,
    operation_class=CborBody,
    media_type=CBOR,
    responses={200: ResponseSpec(bytes, media_type=CBOR, generate_examples=False, description="The answer `XS1`.")}
    | documented(PushReason, TakeReason),
)
async def post_push(
    request: Request[Any, Any, Any],
    packing: Annotated[Literal["gzip", "identity"] | None, HeaderParameter(name="content-encoding")] = None,
    app_version: Annotated[str | None, HeaderParameter(name="x-yizhan-version", max_length=400)] = None,
    persistent: Annotated[bool | None, HeaderParameter(name="x-yizhan-persistent")] = None,
) -> Response[Any]:
    """Everything that the device signed is taken, and of each event it is told what it came to."""
    county = county_of(request)
    data = unpacked(await request.body(), packing)
    known = await inquire(county, recognise_push, RecognisePush(data))
    if isinstance(known, Refused):
        return refusal(known)
    await leave_room(request, known.sent.device, len(data), at_work=known.at_work)
    await freshen_status(county)
    command = TakePush(sent=known.sent, app_version=app_version or "", persistent=persistent)
    async with turn_of(county):
        outcome = await transact(county, push, command)
    if isinstance(outcome, Refused):
        return refusal(outcome)
    return Response(write_answer(outcome), media_type=CBOR, headers={"cache-control": "no-store"})


def turn_of(county: County) -> asyncio.Semaphore:
    """A journal waits here for the few before it and not for the database, so that whoever stands at a counter with a
    network, or claims at ten o'clock, goes before five hundred tablets that come back together.
    """
    return _turns.setdefault(county, asyncio.Semaphore(AT_ONCE))


async def leave_room(request: Request[Any, Any, Any], device_id: UUID, length: int, *, at_work: bool) -> None:
    """A device whose key somebody misuses fills no disk: it is told when to come back, and keeps what it has."""
    pieces = 1 + length // JOURNAL_PIECE
    limits = cast(Limits, request.app.state["limits"])
    await limits.keep(JOURNALS, device_id, pieces if at_work else pieces * STOPPED_PIECES)


def unpacked(data: bytes, packing: str | None) -> bytes:
    """The push as it was signed; no more is unpacked than a push may have, and what is damaged stays as it came."""
    if packing != "gzip":
        return data
    try:
        return zlib.decompressobj(GZIP).decompress(data, LONGEST_PUSH + 1)
    except zlib.error:
        return data


SYNC_PUSH_ROUTES: list[BaseRouteHandler] = [post_push]
