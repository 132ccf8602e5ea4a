"""Can everybody use every page: by night, in large letters, in both languages, on a narrow phone and a wide screen?"""

import json
from collections.abc import Sequence
from itertools import combinations, product
from typing import NamedTuple

import pytest

from tests.journeys.conftest import Enter
from tests.journeys.looking import faults, faults_in_largest_letters, settle_frames, show
from tests.journeys.modes import LANGUAGES, LOOKS, SIZES, Mode, all_modes, few_modes
from tests.journeys.places import Places
from tests.journeys.routes import unseen
from tests.journeys.served import Session
from tests.journeys.visits import Visit

pytestmark = pytest.mark.journey

VISITOR = ["/resident/", "/resident/sign-in", "/resident/me", "/resident/merchants", "/resident/stations"]
VISITOR += ["/resident/data", "/resident/display", "/resident/nowhere", "/resident/campaigns/{campaign}"]
VISITOR += ["/resident/calls", "/resident/calls/{call}", "/resident/near"]
VISITOR += ["/resident/rounds/{coming}", "/resident/rounds/{open}", "/merchant/sign-in", "/office/invitation"]
VISITOR += ["/resident/browser", "/merchant/browser"]
VISITOR += ["/resident/rounds/{draw}", "/resident/rounds/{drawn}/draw", "/resident/rounds/{listed}"]
VISITOR += ["/station/sign-in", "/station/invitation", "/station/display", "/station/nowhere"]
VISITOR += ["/merchant/invitation", "/merchant/display", "/merchant/nowhere"]
VISITOR += ["/office/sign-in", "/office/display", "/office/nowhere"]
RESIDENT = ["/resident/wallet", "/resident/wallet/{voucher}", "/resident/wallet/{voucher}/code", "/resident/history"]
RESIDENT += ["/resident/applications", "/resident/calls/{call}/apply", "/resident/applications/{application}/mend"]
RESIDENT += ["/resident/inbox", "/resident/sessions", "/resident/consents", "/resident/looks", "/resident/me"]
RESIDENT += ["/resident/data", "/resident/browser", "/resident/near", "/resident/scan"]
RESIDENT += ["/resident/outbox", "/resident/lots", "/resident/rounds/{drawn}", "/resident/rounds/{listed}"]
MERCHANT = ["/merchant/", "/merchant/today", "/merchant/keep", "/merchant/money", "/merchant/me"]
MERCHANT += ["/merchant/browser", "/merchant/money/{shop_day}"]
MERCHANT += ["/merchant/inbox", "/merchant/calls", "/merchant/calls/{call}/apply"]
MERCHANT += ["/merchant/outbox", "/merchant/sessions", "/merchant/applications/{application}/mend"]
MERCHANT += ["/merchant/staff", "/merchant/device", "/merchant/waiting"]
APPLIANCES = ["/merchant/trade-ins"]
CASHIER = ["/merchant/staff", "/merchant/", "/merchant/me", "/merchant/keep", "/merchant/device"]
OPERATOR = ["/station/", "/station/serve", "/station/cards", "/station/me", "/station/inbox"]
OPERATOR += ["/station/sessions", "/station/outbox", "/station/device", "/station/waiting"]
OFFICE = ["/office/", "/office/campaigns/new", "/office/campaigns/{campaign}", "/office/campaigns/{finished}/board"]
OFFICE += ["/office/start", "/office/imports", "/office/trade-ins", "/office/trade-ins/{dossier}"]
OFFICE += ["/office/campaigns/{lottery}", "/office/calls/{call}", "/office/calls/{call}/apply"]
OFFICE += ["/office/merchants", "/office/money", "/office/calls/new", "/office/merchant-applications/{application}"]
OFFICE += ["/office/money/campaigns/{paid}", "/office/money/incidents", "/office/money/clearing/{day}"]
OFFICE += ["/office/money/merchants/{shop}/{day}"]
OFFICE += ["/office/merchants/{shop}", "/office/residents", "/office/why", "/office/stations", "/office/merchants/new"]
OFFICE += ["/office/stations/{station}", "/office/devices"]
OFFICE += ["/office/conflicts", "/office/conflicts/{device}/{event}"]
OFFICE += ["/office/outbox", "/office/design", "/office/paper-cards"]
OFFICE += ["/office/campaigns/{campaign}/edit", "/office/inbox", "/office/sessions"]
SECURITY = ["/office/people", "/office/merchants/{shop}", "/office/residents"]
SYSTEM = ["/office/county", "/office/me"]
AUDITOR = ["/office/audit", "/office/me"]


PEOPLE = {
    "visitor": VISITOR,
    "resident": RESIDENT,
    "merchant": MERCHANT,
    "appliances": APPLIANCES,
    "cashier": CASHIER,
    "operator": OPERATOR,
    "office": OFFICE,
    "security_admin": SECURITY,
    "system_admin": SYSTEM,
    "auditor": AUDITOR,
}
AT_ONCE = 4
"""So many pages one after the other in one browser, whose files are then there already."""


class Part(NamedTuple):
    """Some pages of one person, with the place of the first among all pages."""

    person: str
    first: int
    paths: Sequence[str]

    def __str__(self) -> str:
        return f"{self.person}-{self.first}"


def parts() -> list[Part]:
    """All pages, in parts of a few."""
    found: list[Part] = []
    nth = 0
    for person, paths in PEOPLE.items():
        for start in range(0, len(paths), AT_ONCE):
            some = paths[start : start + AT_ONCE]
            found.append(Part(person, nth, some))
            nth += len(some)
    return found


@pytest.mark.parametrize("part", parts(), ids=str)
def test_everybody_can_use_every_page_in_its_modes(
    part: Part, visit: Enter, places: Places, staff: dict[str, Session]
) -> None:
    one = visit(whose(part.person, places, staff))
    found: dict[str, object] = {}
    for nth, path in enumerate(part.paths, part.first):
        found |= look_at(one, path, places, few_modes(nth))
    assert not found, told(found)


@pytest.mark.long
@pytest.mark.parametrize("part", parts(), ids=str)
def test_everybody_can_use_every_page_in_all_of_the_modes(
    part: Part, visit: Enter, places: Places, staff: dict[str, Session]
) -> None:
    one = visit(whose(part.person, places, staff))
    found: dict[str, object] = {}
    for path in part.paths:
        found |= look_at(one, path, places, all_modes())
    assert not found, told(found)


def test_whoever_asked_for_no_motion_sees_the_look_change_at_once(visit: Enter) -> None:
    one = visit()
    page = one.go("/resident/")
    one.settle()
    begun = "scheme => { document.documentElement.dataset.scheme = scheme; return document.getAnimations().length }"
    assert [page.evaluate(begun, scheme) for scheme in ("dark", "light")] == [0, 0]


def test_every_page_of_every_app_is_looked_at() -> None:
    assert unseen([path for paths in PEOPLE.values() for path in paths]) == []


def test_six_pages_in_a_row_see_every_pair_of_modes_and_each_page_every_size() -> None:
    seen = [few_modes(nth) for nth in range(6)]
    widths = [size["width"] for size in SIZES]
    for modes in seen:
        assert sorted(mode.size["width"] for mode in modes) == widths
        assert {mode.look for mode in modes} == {*LOOKS}
    every = (widths, LANGUAGES, LOOKS)
    pairs = {pair for one, other in combinations(every, 2) for pair in product(one, other)}
    facts = [(mode.size["width"], mode.language, mode.look) for modes in seen for mode in modes]
    assert {pair for fact in facts for pair in combinations(fact, 2)} == pairs


def told(found: dict[str, object]) -> str:
    """All of it, for whoever mends it."""
    return json.dumps(found, ensure_ascii=False, indent=1)


def whose(person: str, places: Places, staff: dict[str, Session]) -> Session | None:
    """The session of one of those who look."""
    return {"visitor": None, "resident": places.resident}.get(person) if person not in staff else staff[person]


def look_at(one: Visit, path: str, places: Places, modes: Sequence[Mode]) -> dict[str, object]:
    """What is wrong with one page in some modes, and in the largest letters."""
    page = one.go(places.fill(path))
    one.settle()
    settle_frames(page)
    # On every page of a demonstration county; a picture of the page must not be taken for a real county's.
    assert page.get_by_text("演示数据", exact=True).or_(page.get_by_text("Demonstration data", exact=True)).is_visible()
    found: dict[str, object] = {}
    for mode in modes:
        found |= {f"{path} {mode}: {what}": wrong for what, wrong in faults(page, mode).items()}
    found |= {f"{path}: {what}": wrong for what, wrong in faults_in_largest_letters(page).items()}
    show(page)
    return found
