"""Can everybody use every page: by night, in large letters, in both languages, on a narrow phone and a wide screen?"""

import pytest

from tests.journeys.conftest import Enter
from tests.journeys.looking import show, sideways, speak, too_small_for_elders, violations
from tests.journeys.places import Places
from tests.journeys.served import Session
from tests.journeys.visits import PHONE

pytestmark = pytest.mark.journey

VISITOR = ["/resident/", "/resident/sign-in", "/resident/me", "/resident/merchants", "/resident/stations"]
VISITOR += ["/resident/data", "/resident/display", "/resident/nowhere", "/resident/campaigns/{campaign}"]
VISITOR += ["/resident/calls", "/resident/calls/{call}"]
VISITOR += ["/resident/rounds/{coming}", "/resident/rounds/{open}", "/merchant/sign-in", "/office/invitation"]
VISITOR += ["/resident/rounds/{draw}", "/resident/rounds/{drawn}/draw", "/resident/rounds/{listed}"]
RESIDENT = ["/resident/wallet", "/resident/wallet/{voucher}", "/resident/wallet/{voucher}/code", "/resident/history"]
RESIDENT += ["/resident/applications", "/resident/calls/{call}/apply", "/resident/applications/{application}/mend"]
RESIDENT += ["/resident/inbox", "/resident/sessions", "/resident/consents", "/resident/looks", "/resident/me"]
RESIDENT += ["/resident/lots", "/resident/rounds/{drawn}", "/resident/rounds/{listed}"]
MERCHANT = ["/merchant/", "/merchant/today", "/merchant/keep", "/merchant/money", "/merchant/me"]
MERCHANT += ["/merchant/money/{shop_day}"]
MERCHANT += ["/merchant/inbox", "/merchant/calls", "/merchant/calls/{call}/apply"]
APPLIANCES = ["/merchant/trade-ins"]
OPERATOR = ["/station/", "/station/serve", "/station/me"]
OFFICE = ["/office/", "/office/campaigns/new", "/office/campaigns/{campaign}", "/office/campaigns/{finished}/board"]
OFFICE += ["/office/start", "/office/imports", "/office/trade-ins", "/office/trade-ins/{dossier}"]
OFFICE += ["/office/campaigns/{lottery}", "/office/calls/{call}", "/office/calls/{call}/apply"]
OFFICE += ["/office/merchants", "/office/money", "/office/calls/new", "/office/merchant-applications/{application}"]
OFFICE += ["/office/money/campaigns/{paid}", "/office/money/incidents", "/office/money/clearing/{day}"]
OFFICE += ["/office/money/merchants/{shop}/{day}"]
OFFICE += ["/office/merchants/{shop}", "/office/residents"]
SECURITY = ["/office/people", "/office/merchants/{shop}"]
AUDITOR = ["/office/audit", "/office/me"]


@pytest.mark.parametrize("path", VISITOR)
def test_visitors_can_use_it_in_every_mode(path: str, visit: Enter, places: Places) -> None:
    look_at(path, visit, places, None)


@pytest.mark.parametrize("path", RESIDENT)
def test_residents_can_use_it_in_every_mode(path: str, visit: Enter, places: Places) -> None:
    look_at(path, visit, places, places.resident)


@pytest.mark.parametrize(
    ("role", "path"),
    [
        *(("merchant", path) for path in MERCHANT),
        *(("appliances", path) for path in APPLIANCES),
        *(("operator", path) for path in OPERATOR),
        *(("office", path) for path in OFFICE),
        *(("security_admin", path) for path in SECURITY),
        *(("auditor", path) for path in AUDITOR),
    ],
)
def test_staff_can_use_it_in_every_mode(
    role: str, path: str, visit: Enter, places: Places, staff: dict[str, Session]
) -> None:
    look_at(path, visit, places, staff[role])


@pytest.mark.long
@pytest.mark.parametrize("text", ["standard", "elder", "elder-large"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_in_all_of_the_modes(
    text: str, scheme: str, language: str, visit: Enter, places: Places, staff: dict[str, Session]
) -> None:
    people: list[tuple[Session | None, list[str]]] = [(None, VISITOR), (places.resident, RESIDENT)]
    people += [
        (staff["merchant"], MERCHANT),
        (staff["appliances"], APPLIANCES),
        (staff["operator"], OPERATOR),
        (staff["office"], OFFICE),
    ]
    people += [(staff["security_admin"], SECURITY), (staff["auditor"], AUDITOR)]
    found = {}
    for session, paths in people:
        one = visit(session)
        for path in paths:
            page = one.go(places.fill(path))
            page.wait_for_load_state("networkidle")
            if page.locator("html").get_attribute("lang") != {"zh": "zh-CN", "en": "en"}[language]:
                speak(page, language)
            show(page, text=text, scheme=scheme)
            found[path] = (violations(page), sideways(page))
        one.context.close()
    assert {path: told for path, told in found.items() if told != ([], {})} == {}


def look_at(path: str, visit: Enter, places: Places, session: Session | None) -> None:
    """Look at one page in Chinese by day, then in English by night for elders, each at every width."""
    page = visit(session).go(places.fill(path))
    page.wait_for_load_state("networkidle")
    # On every page of a demonstration county; a picture of the page must not be taken for a real county's.
    assert page.get_by_text("演示数据", exact=True).first.is_visible()
    found = {"by day": violations(page), "sideways": sideways(page)}
    speak(page, "en")
    page.set_viewport_size(PHONE)
    show(page, text="elder", scheme="dark")
    found |= {"for elders, by night": violations(page), "too small for elders": too_small_for_elders(page)}
    show(page, text="elder-large", scheme="dark")
    found |= {"sideways in the largest letters": sideways(page)}
    assert {what: told for what, told in found.items() if told not in ([], {}, ([], []))} == {}
