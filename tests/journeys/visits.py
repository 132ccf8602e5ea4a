"""Somebody with a browser in front of the pages, and everything that must not happen while they use them."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, ViewportSize

from tests.journeys.served import Session
from tests.journeys.wechat import OPTIONS, become_wechat, watch_for_files

PHONE = ViewportSize(width=360, height=740)
TABLET = ViewportSize(width=1024, height=768)
DESK = ViewportSize(width=1280, height=800)
# Pages of the browser's own, two for every window, which would take a third of its time.
OWN_PAGES = ("WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup")
LAUNCH = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    f"--disable-features={','.join(OWN_PAGES)}",
)
NO_ANSWER = "Failed to load resource: "
GIVEN_UP = "net::ERR_ABORTED"

QUIET = 5
"""So many times in a row a page was idle with nothing asked for."""
IDLE = "() => new Promise((done) => requestIdleCallback(() => setTimeout(done, 30), { timeout: 5000 }))"


class Visit:
    """One person's browser: its page, and what went wrong in it."""

    def __init__(self, context: BrowserContext, address: str, *, wechat: bool = False) -> None:
        self.context = context
        self.address = address
        self.wechat = wechat
        self.faults: list[str] = []
        self.expected: set[str] = set()
        self.met: set[str] = set()
        self.asked: set[Request] = set()
        self.page = self._watched(context.new_page())

    def go(self, path: str) -> Page:
        """Open an address of the county, and wait until its page has drawn."""
        self.page.goto(self.address + path)
        self.page.locator("main > *:visible").first.wait_for()
        return self.page

    def open_tab(self, path: str) -> Page:
        """Open an address beside what is open already, watched like the first page."""
        tab = self._watched(self.context.new_page())
        tab.goto(self.address + path)
        tab.locator("main > *:visible").first.wait_for()
        return tab

    def settle(self) -> None:
        """Until everything that the page asked for has come, and nothing more follows from it."""
        quiet = 0
        while quiet < QUIET:
            # Whatever an answer sets going is done before the browser is idle, so a request that follows is known then.
            self.page.evaluate(IDLE)
            quiet = quiet + 1 if not self.asked else 0

    def expect_no(self, *refusals: str) -> "Visit":
        """The journey is about these: `409 /claims`, `lost /claims`. Any other fails it, or one that never comes."""
        self.expected |= set(refusals)
        return self

    def settled(self) -> list[str]:
        """What went wrong, with the noes that were announced and did not come."""
        return self.faults + [f"never answered: {refusal}" for refusal in sorted(self.expected - self.met)]

    def _watched(self, page: Page) -> Page:
        page.on("pageerror", lambda error: self.faults.append(f"fault in the program: {error}"))
        page.on("console", self._hear)
        page.on("request", self._see)
        page.on("response", self._weigh)
        page.on("requestfailed", self._miss)
        page.on("requestfinished", self._have)
        if self.wechat:
            watch_for_files(page, self.faults.append)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # A browser notes here every answer that is a no or is lost; the answers themselves are weighed below.
        if not (message.text.startswith(NO_ANSWER) and "/api/" in str(message.location.get("url", ""))):
            self.faults.append(f"console: {message.text} ({message.location.get('url')})")

    def _weigh(self, response: Response) -> None:
        if response.status < 400:
            return
        self._note(str(response.status), response.request, may_be=response.status < 500)

    def _have(self, request: Request) -> None:
        self.asked.discard(request)

    def _miss(self, request: Request) -> None:
        self.asked.discard(request)
        # Whoever leaves a page gives up what it was asking.
        if request.failure != GIVEN_UP:
            self._note("lost", request)

    def _note(self, what: str, request: Request, *, may_be: bool = True) -> None:
        refusal = f"{what} /{urlsplit(request.url).path.rpartition('/')[2]}"
        if may_be and refusal in self.expected:
            self.met.add(refusal)
        else:
            self.faults.append(f"{refusal} ({request.method} {request.url})")

    def _see(self, request: Request) -> None:
        self.asked.add(request)
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc != urlsplit(self.address).netloc:
            self.faults.append(f"a request to a foreign host: {request.url}")


def enter(
    browser: Browser, address: str, session: Session | None = None, *, wechat: bool = False, **options: Any
) -> Visit:
    """A fresh browser, on a phone unless said otherwise, signed in if there is a session; WeChat's where asked for."""
    settings: dict[str, Any] = {"viewport": PHONE, "locale": "zh-CN", "reduced_motion": "reduce"}
    context = browser.new_context(**(settings | (OPTIONS if wechat else {}) | options))
    context.set_default_timeout(10_000)
    if wechat:
        become_wechat(context)
    if session is not None:
        sign_in(context, address, session)
    return Visit(context, address, wechat=wechat)


def sign_in(context: BrowserContext, address: str, session: Session) -> None:
    """Give the browser the session's cookie, as if the person had just signed in."""
    host = urlsplit(address).hostname or ""
    context.add_cookies(
        [
            {
                "name": "__Host-yizhan",
                "value": session.token,
                "domain": host,
                "path": "/",
                "secure": True,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )
