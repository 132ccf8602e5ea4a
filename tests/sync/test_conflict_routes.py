"""The conflict desk over HTTP: who looks, who decides, page by page, each act once."""

from collections.abc import AsyncIterator

import pytest

from backend.database.county import County
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from tests.databases import HandClock
from tests.identity.sessions import staff_cookie
from tests.sync.test_decide_event import waiting
from tests.sync.test_device_routes import OFFICE, Http, told_of
from tests.sync.test_unspent_claims import beyond
from tests.web.client import serving

DESK = f"{OFFICE}/offline-conflicts"


@pytest.fixture
async def http(county: County) -> AsyncIterator[Http]:
    async with serving(county) as application:
        yield Http(application)


async def test_what_waits_is_listed_seen_and_decided_once(county: County, clock: HandClock, http: Http) -> None:
    here = await waiting(county, clock)
    clock.forward(minutes=1)
    await here.other.take(here.phones[0], here.vouchers[0], count=2)
    await here.other.sync()
    auditor, reviewer = await staff_cookie(county, Role.AUDITOR), await staff_cookie(county, Role.REVIEWER)
    [line] = (await http(DESK, cookie=auditor)).json()["items"]
    event = f"{OFFICE}/devices/{here.counter.device_id}/events/1"
    assert (line["kind"], line["seq"], line["amount_fen"], line["reason"]) == ("review", 1, 5_000, "token-unknown")
    seen = (await http(event, cookie=auditor)).json()
    assert (seen["decidable"], seen["accept_zh"], seen["decision"]) == (True, None, None)
    assert [(one["here"], one["code"]) for one in seen["claims"]] == [(True, "needs_review"), (False, "applied")]
    assert seen["voucher"]["own_fen"] == 5_000
    body = {"decision_id": str(new_id()), "accept": False, "reason": "小票对不上"}
    assert told_of(await http(f"{event}/decision", body, cookie=auditor)) == (403, "not-allowed")
    first = await http(f"{event}/decision", body, cookie=reviewer)
    again = await http(f"{event}/decision", body, cookie=reviewer)
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    assert (first.json()["code"], first.json()["paid_fen"]) == ("noncompliant", 0)
    other = body | {"reason": "别的"}
    assert told_of(await http(f"{event}/decision", other, cookie=reviewer)) == (409, "id-reused")
    late = body | {"decision_id": str(new_id())}
    assert told_of(await http(f"{event}/decision", late, cookie=reviewer)) == (409, "event-not-waiting")
    seen = (await http(event, cookie=auditor)).json()
    assert (seen["code"], seen["reason"], seen["decision"]["reason"]) == (
        "noncompliant",
        "rejected-by-office",
        "小票对不上",
    )
    assert (await http(DESK, cookie=auditor)).json()["items"] == []
    [line] = (await http(f"{DESK}?kind=decided", cookie=auditor)).json()["items"]
    assert (line["kind"], line["code"]) == ("decided", "noncompliant")


async def test_the_desk_is_read_page_by_page_and_by_device(county: County, clock: HandClock, http: Http) -> None:
    here = await waiting(county, clock)
    here.counter.journal.append(b"\xff" * 30)
    await here.counter.send([2])
    clerk = await staff_cookie(county, Role.OFFICE)
    first = (await http(f"{DESK}?limit=1", cookie=clerk)).json()
    second = (await http(f"{DESK}?limit=1&cursor={first['next_cursor']}", cookie=clerk)).json()
    assert [first["items"][0]["kind"], second["items"][0]["kind"]] == ["review", "unreadable"]
    assert second["next_cursor"] is None
    mine = (await http(f"{DESK}?device_id={here.counter.device_id}", cookie=clerk)).json()["items"]
    assert mine == first["items"] + second["items"]
    assert (await http(f"{DESK}?device_id={here.other.device_id}", cookie=clerk)).json()["items"] == []
    seen = (await http(f"{OFFICE}/devices/{here.counter.device_id}/events/2", cookie=clerk)).json()
    assert (seen["code"], [one["size"] for one in seen["unreadable"]], seen["decidable"]) == (None, [30], True)


async def test_numbers_that_nothing_came_under_are_told_so(county: County, http: Http, clock: HandClock) -> None:
    here = await waiting(county, clock)
    reviewer = await staff_cookie(county, Role.REVIEWER)
    body = {"decision_id": str(new_id()), "accept": True, "reason": "核对过"}
    for device, seq in ((here.counter.device_id, 9), (here.counter.device_id, 10**30), (new_id(), 1)):
        event = f"{OFFICE}/devices/{device}/events/{seq}"
        assert told_of(await http(event, cookie=reviewer)) == (404, "no-such-event")
        assert told_of(await http(f"{event}/decision", body, cookie=reviewer)) == (404, "no-such-event")


async def test_a_claim_beyond_a_limit_is_found_by_its_kind_and_paid_once(
    county: County, clock: HandClock, http: Http
) -> None:
    here = await beyond(county, clock)
    reviewer = await staff_cookie(county, Role.REVIEWER)
    [line] = (await http(f"{DESK}?kind=unspent", cookie=reviewer)).json()["items"]
    assert (line["kind"], line["seq"], line["code"], line["reason"]) == ("unspent", 2, "noncompliant", "over-count")
    event = f"{OFFICE}/devices/{here.counter.device_id}/events/2"
    seen = (await http(event, cookie=reviewer)).json()
    assert (seen["decidable"], seen["payable"], seen["accept_zh"]) == (False, True, None)
    assert [one["redemption_id"] for one in seen["claims"]] == [None]
    body = {"decision_id": str(new_id()), "accept": True, "reason": "店主说明，小票相符"}
    first = await http(f"{event}/decision", body, cookie=reviewer)
    again = await http(f"{event}/decision", body, cookie=reviewer)
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    assert (first.json()["code"], first.json()["paid_fen"], first.json()["cover_fen"]) == ("applied", 5_000, 0)
    assert (await http(f"{DESK}?kind=unspent", cookie=reviewer)).json()["items"] == []
    seen = (await http(event, cookie=reviewer)).json()
    assert (seen["payable"], seen["decision"]["accepted"]) == (False, True)
    assert seen["claims"][0]["redemption_id"] is not None


async def test_a_claim_beyond_a_limit_on_a_spent_voucher_is_told_so(
    county: County, clock: HandClock, http: Http
) -> None:
    here = await beyond(county, clock)
    await here.other.take(here.phones[1], here.vouchers[1], count=2)
    await here.other.sync()
    reviewer = await staff_cookie(county, Role.REVIEWER)
    event = f"{OFFICE}/devices/{here.counter.device_id}/events/2"
    body = {"decision_id": str(new_id()), "accept": True, "reason": "店主说明，小票相符"}
    assert told_of(await http(f"{event}/decision", body, cookie=reviewer)) == (409, "voucher-not-unspent")
    seen = (await http(event, cookie=reviewer)).json()
    assert (seen["payable"], seen["accept_en"] is None) == (False, False)
