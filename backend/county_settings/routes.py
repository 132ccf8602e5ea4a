"""The county's settings at the system administrator's desk."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody

from backend.county_settings.change_settings import ChangeSettings, change_settings
from backend.county_settings.find_settings import find_settings
from backend.county_settings.rules import Logo, SettingsReason
from backend.county_settings.schemas import (
    FIELD_OF,
    SettingsAnswer,
    SettingsBody,
    SettingsSavedAnswer,
    settings_answer,
    settings_of,
)
from backend.county_settings.show_settings import show_settings
from backend.database.transaction import inquire, transact
from backend.kernel.actors import Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.web.callers import address_of, caller_of, county_of
from backend.web.limits import UPLOADS
from backend.web.problems import documented, refused, same_again

COUNTY_SETTINGS = "/api/v1/office/county-settings"
DrawLogo = Callable[[bytes], Logo | Refused[SettingsReason]]
"""What draws a sign is loaded by the first one: a start would pay for it."""
SYSTEM_ADMIN = frozenset({Role.SYSTEM_ADMIN})


@get(COUNTY_SETTINGS, opt={"callers": SYSTEM_ADMIN}, tags=["administration"], summary="The county's settings")
async def get_settings(request: Request[Any, Any, Any]) -> SettingsAnswer:
    """What the county shows of itself, as it is stored."""
    return settings_answer(await inquire(county_of(request), find_settings, None))


@post(
    COUNTY_SETTINGS,
    opt={"callers": SYSTEM_ADMIN, "limit": UPLOADS},
    tags=["administration"],
    summary="Change the county's settings",
    responses=documented(GeneralReason.INVALID, GeneralReason.ID_REUSED, SettingsReason)
    | same_again(SettingsSavedAnswer),
)
async def post_settings(request: Request[Any, Any, Any], data: JSONBody[SettingsBody]) -> Response[SettingsSavedAnswer]:
    """Show these from now on; a sign is drawn anew from the picture that was sent."""
    draw = cast(DrawLogo, request.app.state["draw_logo"])
    logo = None if data.logo is None else await asyncio.to_thread(draw, data.logo)
    if isinstance(logo, Refused):
        return refused(logo, FIELD_OF)
    actor = caller_of(request).actor(role=Role.SYSTEM_ADMIN, request_id=data.change_id, address=address_of(request))
    command = ChangeSettings(
        actor=actor,
        change_id=data.change_id,
        based_on=data.based_on,
        settings=settings_of(data),
        logo=logo,
        drop_logo=data.drop_logo,
    )
    county = county_of(request)
    outcome = await transact(county, change_settings, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome, FIELD_OF)
    await show_settings(county)
    answer = SettingsSavedAnswer(number=outcome.number, logo=outcome.logo)
    return Response(answer, status_code=200 if outcome.again else 201)


COUNTY_SETTINGS_ROUTES: list[BaseRouteHandler] = [get_settings, post_settings]
