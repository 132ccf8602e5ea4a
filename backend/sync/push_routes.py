"""Where devices send what they accepted. Bodies and answers are CBOR; only refusals are problems in JSON.

Nobody is signed in here, and no session is looked at: the device's signature is the authority, so that an expired
sign-in, another person's session or a revoked device never keeps a journal from coming home.
"""

import zlib
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from litestar import Request, Response, post
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import HeaderParameter

from backend.database.transaction import transact
from backend.kernel.refusals import Refused
from backend.sync.answer_rules import write_answer
from backend.sync.push import TakePush, push
from backend.sync.push_rules import LONGEST_PUSH, PushReason
from backend.sync.take_rules import TakeReason
from backend.web.callers import PUBLIC, county_of
from backend.web.limits import DEVICES
from backend.web.problems import documented, refusal

PUSHES = "/api/v1/sync/push"
CBOR = "application/cbor"
GZIP = zlib.MAX_WBITS | 16
"""How zlib is told that what it unpacks has gzip's head."""


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
    data = unpacked(await request.body(), packing)
    command = TakePush(data=data, app_version=app_version or "", persistent=persistent)
    outcome = await transact(county_of(request), push, command)
    if isinstance(outcome, Refused):
        return refusal(outcome)
    return Response(write_answer(outcome), media_type=CBOR, headers={"cache-control": "no-store"})


def unpacked(data: bytes, packing: str | None) -> bytes:
    """The push as it was signed; no more is unpacked than a push may have, and what is damaged stays as it came."""
    if packing != "gzip":
        return data
    try:
        return zlib.decompressobj(GZIP).decompress(data, LONGEST_PUSH + 1)
    except zlib.error:
        return data


SYNC_PUSH_ROUTES: list[BaseRouteHandler] = [post_push]
