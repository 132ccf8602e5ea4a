"""The public notice as data, for everybody."""

from typing import Any, cast
from uuid import UUID

from litestar import Request, get
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from backend.kernel.refusals import GeneralReason
from backend.notices.kept import kept_notice
from backend.notices.schemas import NoticeAnswer, notice_answer
from backend.web.callers import PUBLIC, county_of
from backend.web.fresh import UNCHANGED, fresh_answer
from backend.web.problems import ProblemError


@get(
    "/api/v1/public/campaigns/{campaign_id:uuid}",
    opt={"callers": PUBLIC},
    tags=["public notices"],
    summary="The public notice of a campaign",
    responses=UNCHANGED,
)
async def get_notice(request: Request[Any, Any, Any], campaign_id: FromPath[UUID]) -> NoticeAnswer:
    """An approved campaign: rules, budget, figures and leverage (信息公开); `as_of` says when they were counted."""

    async def ask() -> NoticeAnswer:
        found = await kept_notice(county_of(request), campaign_id)
        if found is None:
            raise ProblemError(GeneralReason.NOT_FOUND)
        return notice_answer(found)

    return cast(NoticeAnswer, await fresh_answer(request, ask))


NOTICE_ROUTES: list[BaseRouteHandler] = [get_notice]
