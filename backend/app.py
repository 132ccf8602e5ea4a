"""The whole county on one page: which routes there are, who listens to what, what is done when, who answers which port.

The only file that knows every slice.
"""

import asyncio
import gc
import logging
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Contact, License
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from backend.audit_pack.routes import AUDIT_PACK_ROUTES
from backend.background import Background
from backend.cards.owner_data import CARD_CONSUMERS, CARD_SECTIONS
from backend.cards.routes import CARD_ROUTES
from backend.county_settings.routes import COUNTY_SETTINGS, COUNTY_SETTINGS_ROUTES
from backend.county_settings.show_settings import poll_settings
from backend.database.county import County
from backend.database.registry import Counties
from backend.database.transaction import DatabaseGone
from backend.identity.link_routes import LINK_ROUTES
from backend.identity.me_routes import ME_ROUTES
from backend.identity.office_routes import ADMINISTRATION_ROUTES
from backend.identity.recognise import Recogniser
from backend.identity.resident_routes import RESIDENT_ROUTES
from backend.identity.retention import NIGHTLY, erase_what_is_over, plan_first_night
from backend.identity.routes import SIGN_IN_ROUTES
from backend.kernel.faults import traced_fault
from backend.late_ports import later, set_paper, shared_memory, sms_sender
from backend.merchants.account_routes import ACCOUNT_ROUTES
from backend.merchants.call_office_routes import CALL_OFFICE_ROUTES
from backend.merchants.call_routes import CALL_ROUTES
from backend.merchants.check_papers import CHECK_PAPERS, check_papers, plan_papers
from backend.merchants.find_accounts import count_lacking
from backend.merchants.office_routes import MERCHANT_OFFICE_ROUTES
from backend.merchants.paper_routes import PAPER_ROUTES
from backend.merchants.people_routes import PEOPLE_ROUTES
from backend.merchants.retention import MERCHANT_CONSUMERS
from backend.merchants.routes import MERCHANT_ROUTES
from backend.notices.bulletin_routes import BULLETIN_ROUTES
from backend.notices.page_routes import find_notice_page, is_notice
from backend.notices.routes import NOTICE_ROUTES
from backend.notifications.delivery import Delivery
from backend.notifications.routes import NOTIFICATION_ROUTES
from backend.outbox.due import DueVerb
from backend.outbox.relay import Consumer
from backend.places.routes import PLACES_ROUTES
from backend.settings import GATEWAY, Settings
from backend.settlement.bank_routes import ACQUIRER_STATEMENTS, BANK_ANSWERS, BANK_ROUTES
from backend.settlement.clearing_routes import CLEARING_ROUTES
from backend.settlement.close_day import CLOSE_DAY, plan_first_close, years_unknown
from backend.settlement.close_day import close_due as close_due_day
from backend.settlement.merchant_routes import SETTLEMENT_MERCHANT_ROUTES
from backend.settlement.office_routes import SETTLEMENT_OFFICE_ROUTES
from backend.settlement.statement_routes import STATEMENT_ROUTES
from backend.settlement.tell_merchants import SETTLEMENT_CONSUMERS
from backend.starting.readiness import StartPorts
from backend.starting.readiness_routes import READINESS_ROUTES
from backend.starting.routes import IMPORT_ROUTES, IMPORTS
from backend.stations.office_routes import STATION_OFFICE_ROUTES
from backend.stations.phone_code_routes import PHONE_CODE_ROUTES
from backend.stations.retention import FORGET_PHONE_CODES, forget_phone_codes, plan_forgetting_phone_codes
from backend.stations.routes import STATION_ROUTES
from backend.sync.conflict_routes import SYNC_CONFLICT_ROUTES
from backend.sync.device_routes import SYNC_DEVICE_ROUTES
from backend.sync.find_trust import find_trust
from backend.sync.home_card_routes import HOME_CARD_ROUTES
from backend.sync.journal_file_routes import JOURNAL_FILES, SYNC_JOURNAL_FILE_ROUTES
from backend.sync.liability_routes import SYNC_LIABILITY_ROUTES
from backend.sync.office_routes import SYNC_OFFICE_ROUTES
from backend.sync.policy_routes import SYNC_POLICY_ROUTES
from backend.sync.pull_routes import SYNC_PULL_ROUTES
from backend.sync.push_routes import CBOR, PUSHES, SYNC_PUSH_ROUTES
from backend.sync.retention import TIDY_DEVICES, plan_tidying, tidy_devices
from backend.trade_in.routes import TRADE_IN_ROUTES
from backend.trade_in.withdraw import TRADE_IN_CONSUMERS
from backend.vouchers.assisted_routes import ASSISTED_ROUTES
from backend.vouchers.claim_in_batches import ClaimDesk
from backend.vouchers.claim_rules import Claim, ClaimOutcome
from backend.vouchers.close_label import CLOSE_LABEL, close_due_label
from backend.vouchers.closing_routes import CLOSING_ROUTES
from backend.vouchers.confirm import CONFIRM_REDEMPTIONS
from backend.vouchers.counter_routes import COUNTER_ROUTES
from backend.vouchers.desk_routes import DESK_ROUTES
from backend.vouchers.draw_routes import DRAW_ROUTES
from backend.vouchers.expire import EXPIRE, expire_due
from backend.vouchers.explain_routes import EXPLAIN_ROUTES
from backend.vouchers.hot_routes import (
    CLAIMS_PREFIX,
    CLAIMS_SUFFIX,
    FEEDS,
    REDEMPTIONS,
    HotClaims,
    HotFeeds,
    HotRedemptions,
)
from backend.vouchers.issue_draw import ISSUE_DRAW, issue_due
from backend.vouchers.number_entrants import close_due
from backend.vouchers.open_round import CLOSE_ROUND, OPEN_ROUND, open_due
from backend.vouchers.pool_routes import POOL_ROUTES
from backend.vouchers.redeem_in_batches import RedeemDesk
from backend.vouchers.redeem_rules import Redeem, RedeemOutcome
from backend.vouchers.retention import FORGET_CODES, forget_codes, plan_forgetting
from backend.vouchers.roster_routes import ROSTER_ROUTES
from backend.vouchers.roster_sheet_routes import ROSTER_SHEET_ROUTES, ROSTER_SHEETS
from backend.vouchers.routes import VOUCHER_ROUTES
from backend.vouchers.tell_residents import RESIDENT_CONSUMERS
from backend.vouchers.watch_campaigns import CampaignWatch
from backend.vouchers.watch_ceilings import CeilingWatch
from backend.web.callers import PUBLIC, admit
from backend.web.county_page import COUNTY_ROUTES, with_county
from backend.web.gate import MOST_UPLOAD_BYTES, Gate
from backend.web.hot_lane import HotRoute
from backend.web.limits import Limits
from backend.web.media import find_picture
from backend.web.openapi import build_openapi
from backend.web.pages import Pages, send_served
from backend.web.plain_http import instead_of
from backend.web.problems import ProblemError, on_bug, on_database_gone, on_http_exception, on_problem_error
from backend.web.root_files import find_root_file
from backend.web.status import STATUS_ROUTES, Figure
from backend.web.strict_body import StrictRequest

log = logging.getLogger(__name__)

ROUTES: list[BaseRouteHandler] = [
    *STATUS_ROUTES,
    *COUNTY_ROUTES,
    *COUNTY_SETTINGS_ROUTES,
    *PLACES_ROUTES,
    *SIGN_IN_ROUTES,
    *LINK_ROUTES,
    *ME_ROUTES,
    *NOTIFICATION_ROUTES,
    *ADMINISTRATION_ROUTES,
    *RESIDENT_ROUTES,
    *MERCHANT_ROUTES,
    *MERCHANT_OFFICE_ROUTES,
    *CALL_ROUTES,
    *CALL_OFFICE_ROUTES,
    *ACCOUNT_ROUTES,
    *PAPER_ROUTES,
    *PEOPLE_ROUTES,
    *STATION_ROUTES,
    *PHONE_CODE_ROUTES,
    *STATION_OFFICE_ROUTES,
    *VOUCHER_ROUTES,
    *COUNTER_ROUTES,
    *ASSISTED_ROUTES,
    *(*CARD_ROUTES, *HOME_CARD_ROUTES),
    *DESK_ROUTES,
    *CLOSING_ROUTES,
    *SETTLEMENT_OFFICE_ROUTES,
    *SETTLEMENT_MERCHANT_ROUTES,
    *CLEARING_ROUTES,
    *STATEMENT_ROUTES,
    *BANK_ROUTES,
    *AUDIT_PACK_ROUTES,
    *IMPORT_ROUTES,
    *READINESS_ROUTES,
    *DRAW_ROUTES,
    *ROSTER_ROUTES,
    *ROSTER_SHEET_ROUTES,
    *NOTICE_ROUTES,
    *EXPLAIN_ROUTES,
    *BULLETIN_ROUTES,
    *TRADE_IN_ROUTES,
    *SYNC_OFFICE_ROUTES,
    *SYNC_POLICY_ROUTES,
    *SYNC_CONFLICT_ROUTES,
    *POOL_ROUTES,
    *SYNC_LIABILITY_ROUTES,
    *SYNC_DEVICE_ROUTES,
    *SYNC_PULL_ROUTES,
    *SYNC_PUSH_ROUTES,
    *SYNC_JOURNAL_FILE_ROUTES,
]
CONSUMERS: Sequence[Consumer[Any]] = (
    *RESIDENT_CONSUMERS,
    *MERCHANT_CONSUMERS,
    *CARD_CONSUMERS,
    *SETTLEMENT_CONSUMERS,
    *TRADE_IN_CONSUMERS,
    CONFIRM_REDEMPTIONS,
)
DUE_VERBS: Mapping[str, DueVerb] = {
    OPEN_ROUND: open_due,
    CLOSE_ROUND: close_due,
    EXPIRE: expire_due,
    CLOSE_LABEL: close_due_label,
    ISSUE_DRAW: issue_due,
    NIGHTLY: erase_what_is_over,
    FORGET_CODES: forget_codes,
    FORGET_PHONE_CODES: forget_phone_codes,
    CHECK_PAPERS: check_papers,
    CLOSE_DAY: close_due_day,
    TIDY_DEVICES: tidy_devices,
}
NIGHTS = (plan_first_night, plan_forgetting, plan_forgetting_phone_codes, plan_papers, plan_first_close, plan_tidying)
LOOKS = (CampaignWatch(), CeilingWatch())
OTHER_TYPES: Mapping[str, frozenset[str]] = {
    prefix: frozenset({"application/json"})
    for prefix in (IMPORTS, ROSTER_SHEETS, BANK_ANSWERS, ACQUIRER_STATEMENTS, COUNTY_SETTINGS)
} | {PUSHES: frozenset({CBOR}), JOURNAL_FILES: frozenset({CBOR})}
"""Files come as base64 in JSON here, devices' events as CBOR, in bodies as large as uploads may be."""

SWITCH_SECONDS = 0.0005
PWA_DIST = Path(__file__).resolve().parent.parent / "pwa" / "dist"


class Application:
    """What a server runs: the gate around pages, hot routes and Litestar, with the background work of every county."""

    def __init__(self, settings: Settings, counties: Counties, routes: Litestar | None = None) -> None:
        self.settings = settings
        self.counties = counties
        self.pages = Pages(settings.pwa or PWA_DIST)
        self.background = [Background(county, CONSUMERS, DUE_VERBS, NIGHTS, LOOKS) for county in counties.all]
        self.sms_sender = sms_sender(settings)
        self.deliveries = [Delivery(county, self.sms_sender) for county in counties.all]
        self.start_ports = StartPorts(
            sms=settings.sms_adapter == GATEWAY,
            merchants_without_account=count_lacking,
            years_without_holidays=years_unknown,
            offline_trust=find_trust,
        )
        self.recogniser = Recogniser()
        self.shared_memory = shared_memory(settings.redis_url) if settings.redis_url else None
        self.limits = Limits(self.shared_memory)
        self.claim_desks = {county: ClaimDesk(county) for county in counties.all}
        self.redeem_desks = {county: RedeemDesk(county) for county in counties.all}
        self.hot_claims = HotClaims(self.claim_desks, self.recogniser.known, self.recogniser.find, self.limits)
        self.hot_redemptions = HotRedemptions(
            self.redeem_desks, self.recogniser.known, self.recogniser.known_key, self.limits
        )
        self.hot_feeds = HotFeeds()
        # Those of an application that has ended are as good; registering them anew costs a quarter of a second.
        self.litestar = routes or _litestar()
        _hand_over(self, self.litestar.state)
        self.gate = Gate(
            cast(ASGIApp, self._route),
            counties,
            trusted_proxies=settings.trusted_proxies,
            other_types=OTHER_TYPES,
            hot=self._hot_route,
        )

    @cached_property
    def openapi(self) -> bytes:
        """The description of all routes, made when somebody first asks: it would take a fifth of every start."""
        return build_openapi(self.litestar)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        await self.gate(scope, receive, send)

    def _hot_route(self, scope: HTTPScope) -> HotRoute | None:
        path = scope["path"]
        if scope["method"] == "POST":
            if path.startswith(CLAIMS_PREFIX) and path.endswith(CLAIMS_SUFFIX):
                return self.hot_claims
            return self.hot_redemptions if path == REDEMPTIONS else None
        return self.hot_feeds if scope["method"] == "GET" and path.startswith(FEEDS) else None

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        if str(scope["type"]) == "http":
            request = cast(HTTPScope, scope)
            if request["method"] in ("GET", "HEAD"):
                if is_notice(request["path"]):
                    notice = await find_notice_page(request["state"]["county"], request)
                    await send_served(request, send, notice)
                    return
                found = self.pages.find(request["path"]) or find_root_file(request["state"]["county"], request["path"])
                if found is None and request["path"].startswith("/media/"):
                    found = await find_picture(request["state"]["county"], request["path"])
                if found is not None:
                    page = with_county(found, request["state"]["county"])
                    await send_served(request, send, instead_of(page, request))
                    return
        await self.litestar(scope, receive, send)

    async def figures(self, county: County) -> list[Figure]:
        """What is left to do in the background of a county."""
        return await next(work for work in self.background if work.county is county).figures()

    async def submit_claim(self, county: County, command: Claim) -> ClaimOutcome:
        """The door through which residents' claims go."""
        return await self.claim_desks[county].submit(command)

    async def submit_redeem(self, county: County, command: Redeem) -> RedeemOutcome:
        """The door through which counters' redemptions go."""
        return await self.redeem_desks[county].submit(command)

    @asynccontextmanager
    async def lifespan(self, _app: Litestar) -> AsyncIterator[None]:
        """Start and stop what runs beside the requests."""
        asyncio.get_running_loop().set_exception_handler(tell_lost_fault)
        for work in self.background:
            work.start()
        for delivery in self.deliveries:
            delivery.start()
        beside = (self.recogniser.poll, self.recogniser.look_ahead, poll_settings)
        polls = [asyncio.create_task(work(county)) for work in beside for county in self.counties.all]
        # SQLite's threads need the interpreter between two rows: at the default of 5 ms each of their hops would wait
        # behind the busy main thread that long (measured: 155 instead of thousands of cold sessions a second).
        sys.setswitchinterval(SWITCH_SECONDS)
        # What is loaded by now stays; freezing it keeps full collections out of the rush (p99 15 ms instead of 50).
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 50, 100)
        try:
            yield
        finally:
            for poll in polls:
                poll.cancel()
            await asyncio.gather(*polls, return_exceptions=True)
            await asyncio.gather(*(work.stop() for work in self.background))
            await asyncio.gather(*(delivery.stop() for delivery in self.deliveries))
            await self.close()

    async def close(self) -> None:
        """Store what was handed in, then let go of every connection."""
        await asyncio.gather(*(desk.close() for desk in self.claim_desks.values()))
        await asyncio.gather(*(desk.close() for desk in self.redeem_desks.values()))
        await asyncio.gather(*(work.link_rest() for work in self.background))
        if self.shared_memory is not None:
            await self.shared_memory.close()
        if self.sms_sender is not None:
            await self.sms_sender.close()
        await self.counties.close()


@get("/openapi.json", opt={"callers": PUBLIC}, include_in_schema=False, sync_to_thread=True)
def get_openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
    """This document."""
    return Response(request.app.state["application"].openapi, media_type="application/json")


def tell_lost_fault(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody waited for has failed; asyncio's own words would quote it."""
    error = context.get("exception")
    log.error("%s: %s", context["message"], traced_fault(error) if error else "no exception")


def _litestar() -> Litestar:
    routes = [*ROUTES, get_openapi]
    if silent := [str(route) for route in routes if "callers" not in route.opt]:
        raise RuntimeError(f"{silent} state no callers")
    return Litestar(
        route_handlers=routes,
        request_class=StrictRequest,
        guards=[admit],
        exception_handlers={
            ProblemError: on_problem_error,
            DatabaseGone: on_database_gone,
            HTTPException: on_http_exception,
            Exception: on_bug,
        },
        lifespan=[lambda app: cast(Application, app.state["application"]).lifespan(app)],
        request_max_body_size=MOST_UPLOAD_BYTES,
        openapi_config=OpenAPIConfig(
            title="驿站 Yizhan",
            version="0.1.0",
            description="消费券、商家优惠、文旅、农产品、溯源与便民驿站 · a county's traffic entrances",
            contact=Contact(name="Yizhan"),
            license=License(name="Apache-2.0", identifier="Apache-2.0"),
            render_plugins=[],
            use_handler_docstrings=True,
        ),
        logging_config=None,
        debug=False,
    )


def _hand_over(application: Application, state: State) -> None:
    state["application"] = application
    state["find_caller"] = application.recogniser.find
    state["limits"] = application.limits
    state["personal_sections"] = CARD_SECTIONS
    state["figures"] = application.figures
    state["start_ports"] = application.start_ports
    state["set_paper"] = set_paper
    state["set_pictures"] = later("backend.settlement.papers.statement_pictures", "statement_pictures")
    state["draw_bulletin"] = later("backend.notices.bulletin_picture", "bulletin_picture")
    state["draw_logo"] = later("backend.county_settings.draw_logo", "draw_logo")
    state["submit_claim"] = application.submit_claim
    state["submit_redeem"] = application.submit_redeem
