"""Where devices read what they keep for a day without a network. Nobody is signed in: each request is signed (``XG1``).

What is told is CBOR, but for the digests; refusals are problems in JSON. A device that may only push is told why.
"""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from backend.database.transaction import inquire
from backend.kernel.refusals import Refused
from backend.sync.device_rules import Device, NotServedReason
from backend.sync.find_collections import FindCollections, find_digests
from backend.sync.find_status import FindStatus, find_status
from backend.sync.pull import PullWord, pull
from backend.sync.pull_schemas import DigestsAnswer, digests_answer
from backend.sync.push_routes import CBOR
from backend.sync.recognise_device import NotRead, RecogniseDevice, recognise_device
from backend.sync.renew_status import freshen_status
from backend.sync.request_rules import RequestReason
from backend.sync.word_rules import LONGEST_CURSOR, write_word
from backend.web.callers import PUBLIC, county_of
from backend.web.problems import documented, refusal

PULLS = "/api/v1/sync/pull"
STATUS = "/api/v1/sync/status"
DIGESTS = "/api/v1/sync/digest"
FRESH = {"cache-control": "no-store"}
NOES = documented(RequestReason, NotServedReason)
UINT32 = 2**32 - 1

CursorQuery = Annotated[
    str | None, QueryParameter(max_length=LONGEST_CURSOR, description="The cursor of the last word that was taken.")
]
Since = Annotated[int | None, QueryParameter(gt=-1, le=UINT32, description="Version of the list that the device has.")]
OfEpoch = Annotated[int | None, QueryParameter(name="epoch", gt=-1, le=UINT32, description="The epoch of that list.")]


def _told(form: str, where: str) -> dict[int, ResponseSpec]:
    told = f"`{form}`, fixtures/protocols/{where}/SPEC.md"
    return {200: ResponseSpec(bytes, media_type=CBOR, generate_examples=False, description=told)}


async def _reader(request: Request[Any, Any, Any]) -> Device | NotRead:
    """Who signed for this address."""
    query = request.scope["query_string"].decode("latin-1")
    address = request.scope["path"] + (f"?{query}" if query else "")
    asked = RecogniseDevice(request.headers.get("authorization"), address)
    return await inquire(county_of(request), recognise_device, asked)


@get(
    PULLS,
    opt={"callers": PUBLIC},
    tags=["sync"],
    summary="What a device keeps of the county",
    media_type=CBOR,
    responses=_told("XW1", "word") | NOES,
)
async def get_word(request: Request[Any, Any, Any], cursor: CursorQuery = None) -> Response[Any]:
    """Its papers, and every collection that changed since the cursor, whole; `Authorization: Device` (`XG1`)."""
    device = await _reader(request)
    if isinstance(device, Refused):
        return refusal(device)
    county = county_of(request)
    await freshen_status(county)
    word = await inquire(county, pull, PullWord(device_id=device.id, at=county.clock(), cursor=cursor))
    if isinstance(word, Refused):
        return refusal(word)
    return Response(write_word(word), media_type=CBOR, headers=FRESH)


@get(
    STATUS,
    opt={"callers": PUBLIC},
    tags=["sync"],
    summary="Which vouchers a counter may still take",
    media_type=CBOR,
    responses=_told("XU1", "status-list")
    | {204: ResponseSpec(None, description="The device has the newest list.")}
    | NOES,
)
async def get_status(request: Request[Any, Any, Any], since: Since = None, epoch: OfEpoch = None) -> Response[Any]:
    """The newest list, at most a minute old; `Authorization: Device` (`XG1`)."""
    device = await _reader(request)
    if isinstance(device, Refused):
        return refusal(device)
    county = county_of(request)
    await freshen_status(county)
    listed = await inquire(county, find_status, FindStatus(since=since, epoch=epoch))
    if listed is None:
        return Response(b"", status_code=204, media_type=CBOR, headers=FRESH)
    return Response(listed, media_type=CBOR, headers=FRESH)


@get(
    DIGESTS,
    opt={"callers": PUBLIC},
    tags=["sync"],
    summary="Whether a device has what the county has",
    responses=NOES,
)
async def get_digests(request: Request[Any, Any, Any]) -> Response[DigestsAnswer]:
    """How many rows each collection has for this device, and one hash over them; `Authorization: Device` (`XG1`)."""
    device = await _reader(request)
    if isinstance(device, Refused):
        return refusal(device)
    county = county_of(request)
    found = await inquire(county, find_digests, FindCollections(device, county.clock()))
    return Response(digests_answer(found), headers=FRESH)


SYNC_PULL_ROUTES: list[BaseRouteHandler] = [get_word, get_status, get_digests]
