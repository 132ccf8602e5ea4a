"""A served county, a browser, and people at it; whatever went wrong in any page fails the journey that saw it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from backend.demonstration.county import read_county
from backend.demonstration.credentials import sign_ins
from backend.kernel.actors import Role
from tests.journeys.campaigns import county_now, run_campaign
from tests.journeys.places import Places, find_places
from tests.journeys.served import Served, Session, seed_once
from tests.journeys.visits import LAUNCH, Visit, enter
from tests.journeys.wechat import BROWSER, WECHAT

CHROMIUM = "/usr/bin/chromium-headless-shell"
RESIDENTS = 80
# Two workers, a server and two browsers share a small machine.
expect.set_options(timeout=15_000)

Enter = Callable[..., Visit]
IN_WECHAT_TOO: tuple[str, ...] = (
    "test_resident",
    "test_near",
    "test_merchant",
    "test_applying",
    "test_keeping",
    "test_lots",
)
IN_WECHAT_TOO += ("test_trade_ins", "test_full_screen", "test_campaign_page", "test_shop_staff")
"""Whose journeys also pass in WeChat."""
AT_HOME_IN_WECHAT = ("merchant", "appliances", "cashier")
"""Of the staff; office and stations have browsers of their own."""


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The seeded county, one for all workers of a run."""
    own = tmp_path_factory.getbasetemp()
    return seed_once(own if worker_id == "master" else own.parent)


@pytest.fixture(scope="session")
def served(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """This worker's own server on its own copy."""
    server = Served(seeded, tmp_path_factory.mktemp("served"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_served(seeded: Path, tmp_path: Path) -> Iterator[Served]:
    """A server of this test's own, which it may stop; however the test ends, it does not outlive it."""
    server = Served(seeded, tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """Playwright's driver."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(driver: Playwright) -> Iterator[Browser]:
    """Debian's Chromium."""
    opened = driver.chromium.launch(executable_path=CHROMIUM, args=list(LAUNCH))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def people(served: Served) -> list[Session]:
    """Residents signed in."""
    return served.sessions("resident", RESIDENTS)


@pytest.fixture(scope="session")
def residents(people: list[Session], places: Places, served: Served) -> Iterator[Session]:
    """A resident whom no other journey has met, each time, and whose vouchers no phone shows yet."""
    return (session for session in people if session != places.resident and holder_key(served, session) is None)


def holder_key(served: Served, session: Session) -> Any:
    """The key of the phone that shows this resident's vouchers; some of the seeded people have one."""
    return served.ask("/api/v1/me/holder-key", session)["holder_key"]


@pytest.fixture(scope="session")
def places(served: Served, people: list[Session], staff: dict[str, Session]) -> Places:
    """Something open, something coming, something over, and somebody with a voucher to show."""
    return find_places(served, people, staff["office"])


@pytest.fixture(scope="session")
def staff(served: Served) -> dict[str, Session]:
    """One of each role of the staff of this worker's county."""
    return signed_in(served)


def signed_in(served: Served) -> dict[str, Session]:
    """One of each role of the staff, signed in with both factors; a second one by their login; others by their part."""
    found: dict[str, Session] = {}
    for member in sign_ins(read_county()):
        if member.role is not Role.RESIDENT:
            found[member.login if str(member.role) in found else str(member.role)] = served.sign_in(member.login)
    others = {"appliances": "tengda-appliances", "cashier": "old-gate-douhua-2"}
    return found | {person: served.sign_in(login) for person, login in others.items()}


@pytest.fixture(scope="module")
def any_shop(served: Served, staff: dict[str, Session]) -> str:
    """A round whose vouchers every merchant may take: 满200减50."""
    return run_campaign(served, staff, title="到店就用", opens_at=county_now(served), pieces=50)


@pytest.fixture
def customer(served: Served, any_shop: str, residents: Iterator[Session]) -> tuple[Session, str]:
    """Somebody with such a voucher, and its id."""
    session = next(residents)
    claim = {"claim_id": session.subject[:-4] + "0007"}
    return session, served.ask(f"/api/v1/rounds/{any_shop}/claims", session, claim)["voucher_id"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Residents' and merchants' journeys pass in an ordinary browser and in WeChat's.

    What is about a camera, or about the office alone, says so with ``needs_browser``.
    """
    module = metafunc.module.__name__.rpartition(".")[2]
    if "profile" in metafunc.fixturenames and module in IN_WECHAT_TOO:
        alone = metafunc.definition.get_closest_marker("needs_browser") is not None
        metafunc.parametrize("profile", [BROWSER] if alone else [BROWSER, WECHAT])


@pytest.fixture
def profile() -> str:
    """In which kind of browser residents and merchants are; see ``pytest_generate_tests``."""
    return BROWSER


@pytest.fixture
def visit(chromium: Browser, served: Served, profile: str, staff: dict[str, Session]) -> Iterator[Enter]:
    """Opens browsers for people; at the end nothing may have gone wrong in any of them."""
    opened: list[Visit] = []
    desks = {session for role, session in staff.items() if role not in AT_HOME_IN_WECHAT}

    def come(session: Session | None = None, **options: Any) -> Visit:
        wechat = profile == WECHAT and session not in desks
        opened.append(enter(chromium, served.address, session, **({"wechat": wechat} | options)))
        return opened[-1]

    yield come
    for one in opened:
        one.context.close()
    assert [fault for one in opened for fault in one.settled()] == []
