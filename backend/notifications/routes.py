"""The inbox of whoever is signed in, and the demonstration county's SMS box."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter

from backend.database.transaction import inquire, transact
from backend.kernel.actors import PEOPLE
from backend.kernel.refusals import GeneralReason
from backend.notifications.demonstration_box import LookIntoBox, look_into_box
from backend.notifications.inbox import Inbox, ReadMessage, inbox, read_message
from backend.notifications.schemas import MessageAnswer, SmsBoxAnswer, message_answer, sms_answer
from backend.web.callers import PUBLIC, caller_of, county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import ProblemError, documented
from backend.web.texts import PHONE

Phone = Annotated[str, QueryParameter(pattern=PHONE, max_length=11, description="Eleven digits, the first is 1.")]


@get("/api/v1/me/inbox", opt={"callers": PEOPLE}, tags=["me"], summary="My inbox")
async def get_inbox(request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50) -> Page[MessageAnswer]:
    """What the county has told me, newest first."""
    county, me = county_of(request), caller_of(request).id
    after = open_cursor(county, "inbox", cursor)
    asked = Inbox(recipient_id=me, before=UUID(after) if after else None, most=limit + 1)
    found = await inquire(county, inbox, asked)
    more = seal_cursor(county, "inbox", str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[message_answer(message) for message in found[:limit]], next_cursor=more)


@post(
    "/api/v1/me/inbox/{message_id:uuid}/read",
    status_code=200,
    opt={"callers": PEOPLE},
    tags=["me"],
    summary="I have read this message",
)
async def post_read(request: Request[Any, Any, Any], message_id: FromPath[UUID]) -> MessageAnswer:
    """The first reading counts; reading again changes nothing."""
    command = ReadMessage(recipient_id=caller_of(request).id, message_id=message_id)
    message = await transact(county_of(request), read_message, command)
    if message is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return message_answer(message)


@get(
    "/api/v1/demonstration/sms",
    opt={"callers": PUBLIC},
    tags=["demonstration"],
    summary="The demonstration county's SMS box",
    responses=documented(GeneralReason.NOT_FOUND),
)
async def get_sms_box(request: Request[Any, Any, Any], phone: Phone) -> SmsBoxAnswer:
    """The newest twenty SMS that this phone would have shown. Real counties have no such box."""
    found = await inquire(county_of(request), look_into_box, LookIntoBox(phone))
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return SmsBoxAnswer(items=[sms_answer(sms) for sms in found])


NOTIFICATION_ROUTES: list[BaseRouteHandler] = [get_inbox, post_read, get_sms_box]
