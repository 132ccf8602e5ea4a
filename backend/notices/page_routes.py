"""How does a notice reach a browser? As whole pages below ``/notice/``, over plain HTTP too, without signing in.

An address that means nothing gets a page that says so, and a database that is away one that says when to come back.
"""

from hashlib import blake2b
from urllib.parse import parse_qs
from uuid import UUID

from litestar.types import HTTPScope

from backend.database.county import County
from backend.database.transaction import DatabaseGone, inquire
from backend.merchants.find_calls import FindCalls, FindListed, find_call, find_calls, find_listed, find_publicised
from backend.notices.call_page import MOST_SHOWN, call_page
from backend.notices.campaign_page import campaign_page
from backend.notices.kept import kept_notice
from backend.notices.list_page import list_page
from backend.notices.sheet import ICON_PATH, STYLE_PATH, View, icon, page
from backend.notices.style import STYLE
from backend.places.find_towns import FindTowns, find_towns
from backend.vouchers.find_figures import FindPublished, find_published
from backend.web.markup import element
from backend.web.pages import IMMUTABLE, Served

PREFIX = "/notice"
CAMPAIGN = "/notice/campaigns/"
CALL = "/notice/merchant-calls/"
CAMPAIGNS_A_PAGE = 20
MOST_CALLS = 20
HTML = (b"content-type", b"text/html; charset=utf-8")
VARY = (b"vary", b"accept-encoding")
FRESH = (b"cache-control", b"public, max-age=0, must-revalidate")

_STYLE = Served(
    STYLE.encode(),
    True,
    ((b"content-type", b"text/css; charset=utf-8"), VARY, (b"cache-control", IMMUTABLE)),
    b'"style"',
)


def is_notice(path: str) -> bool:
    """Whether an address is one of ours."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


async def find_notice_page(county: County, request: HTTPScope) -> Served:
    """The page at an address; one that says so where there is none."""
    path = request["path"]
    if path == STYLE_PATH:
        return _STYLE
    if path == ICON_PATH:
        return _icon(county.entry.colour)
    asked = {name: values[0] for name, values in parse_qs(request["query_string"].decode("latin-1")).items()}
    view = _view(county, request, asked)
    try:
        body = await _body(county, view, path, asked)
    except DatabaseGone:
        again = view.say("系统正在维护，请稍后再来。", "The county's system is away; please come back in a while.")
        return _served(_told(view, again), 503, (b"retry-after", b"2"))
    if body is None:
        return _served(_told(view, view.say("没有这个公开信息。", "There is no such notice.")), 404)
    return _served(body, 200)


def _view(county: County, request: HTTPScope, asked: dict[str, str]) -> View:
    headers = dict(request["headers"])
    scheme = "https" if headers.get(b"x-forwarded-proto") == b"https" else request["scheme"]
    host = headers.get(b"host", b"").decode("latin-1")
    return View(
        entry=county.entry,
        english=asked.get("lang") == "en",
        elder=asked.get("text") == "elder",
        origin=f"{scheme}://{host}",
        path=request["path"],
    )


async def _body(county: County, view: View, path: str, asked: dict[str, str]) -> bytes | None:
    if path in (PREFIX, f"{PREFIX}/"):
        return await _list(county, view, _uuid(asked.get("before", "")))
    if path.startswith(CAMPAIGN) and (campaign_id := _uuid(path.removeprefix(CAMPAIGN))):
        notice = await kept_notice(county, campaign_id)
        number = asked.get("merchants", "1")
        shown = int(number) if number.isdecimal() and len(number) < 6 and int(number) else 1
        return campaign_page(view, notice, merchants_page=shown) if notice else None
    if path.startswith(CALL) and (call_id := _uuid(path.removeprefix(CALL))):
        return await _call(county, view, call_id)
    return None


async def _list(county: County, view: View, before: UUID | None) -> bytes:
    found = await inquire(county, find_published, FindPublished(before=before, most=CAMPAIGNS_A_PAGE + 1))
    calls = await inquire(county, find_calls, FindCalls(most=MOST_CALLS))
    shown = found[:CAMPAIGNS_A_PAGE]
    more = str(shown[-1].campaign_id) if len(found) > CAMPAIGNS_A_PAGE else None
    return list_page(view, shown, calls, more=more, at=county.clock())


async def _call(county: County, view: View, call_id: UUID) -> bytes | None:
    call = await inquire(county, find_call, call_id)
    if call is None:
        return None
    asked = FindListed(call_id=call_id, most=MOST_SHOWN + 1)
    publicised = await inquire(county, find_publicised, asked)
    listed = await inquire(county, find_listed, asked)
    towns = {one.code: (one.name_zh, one.name_en) for one in (await inquire(county, find_towns, FindTowns())).towns}
    return call_page(view, call, publicised, listed, towns, county.clock())


def _told(view: View, text: str) -> bytes:
    """A page that says one thing."""
    title = view.say("公开信息", "Public notices")
    back = element("p", element("a", view.say("全部公开信息", "All notices"), href=view.here("/notice/")))
    return page(view, title=title, description=text, picture=None, body=[element("p", text), back])


def _served(body: bytes, status: int, *more: tuple[bytes, bytes]) -> Served:
    cached = FRESH if status == 200 else (b"cache-control", b"no-store")
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'.encode()
    return Served(body, True, (HTML, VARY, cached, *more), tag, status)


def _icon(colour: str) -> Served:
    return Served(icon(colour), False, ((b"content-type", b"image/svg+xml"), FRESH), f'"{colour}"'.encode())


def _uuid(text: str) -> UUID | None:
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None
