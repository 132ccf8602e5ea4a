"""Calls, applications, accounts and papers over HTTP: what each may see and do, and bad input that names its field."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire
from backend.demonstration.unassignable import bank_account
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from tests.databases import HandClock
from tests.identity.sessions import resident_cookie, staff_cookie
from tests.merchants.call_makers import CLOSES, OPENS, PERIOD_ENDS
from tests.merchants.merchant_makers import admitted, credit_code, with_places
from tests.merchants.test_routes import Http
from tests.merchants.test_routes import body as merchant_body
from tests.web.client import serving

PUBLIC = "/api/v1/public/merchant-calls"
OFFICE = "/api/v1/office"
FILE = {"kind": "business_licence", "sha256": "ab" * 32}


def call_body(**changes: Any) -> dict[str, Any]:
    """What the office sends to publish a call."""
    told: dict[str, Any] = {
        "title_zh": "2026 年消费券餐饮商户征集公告",
        "title_en": "Call for restaurants 2026",
        "text_zh": "一、征集范围\n二、报名条件",
        "text_en": "1. Who may apply\n2. Conditions",
        "document_no": "筠演示〔2026〕9号",
        "trades": ["catering"],
        "sizes": ["below"],
        "files": ["business_licence"],
        "opens_at": OPENS.isoformat(),
        "closes_at": CLOSES.isoformat(),
        "objection_days": 7,
    }
    return told | changes


def apply_body(order: int = 1, **changes: Any) -> dict[str, Any]:
    """What somebody sends to apply."""
    told = merchant_body(credit_code=credit_code(order))
    kept = {key: told[key] for key in told if key not in ("merchant_id", "store_id")}
    contact = {"contact_name": "苟定邦", "contact_phone": "15402000009"}
    return kept | contact | {"application_id": str(new_id()), "files": [FILE]} | changes


def account_body(number: str = bank_account(9), **changes: Any) -> dict[str, Any]:
    """What somebody sends to propose a bank account."""
    told = {
        "account_id": str(new_id()),
        "kind": "card",
        "holder_name": "苟定邦",
        "bank_name": "演示农村商业银行筠连支行",
        "bank_code": "000651000001",
        "province": "四川省",
        "number": number,
    }
    return told | changes


def papers_body(**changes: Any) -> dict[str, Any]:
    """What somebody sends to renew papers."""
    licence = {"kind": "food_business", "number": "JY25915270000099", "valid_until": "2031-12-31"}
    return {"renewal_id": str(new_id()), "licences": [licence], "files": [FILE]} | changes


@pytest.fixture
async def send(county: County) -> AsyncIterator[Http]:
    async with serving(county) as application:
        yield Http(application)


async def ids(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_call_leads_to_a_list_that_everybody_reads_without_personal_data(
    county: County, clock: HandClock, send: Http
) -> None:
    await with_places(county)
    clerk = await staff_cookie(county, Role.OFFICE)
    reviewer, approver = [await staff_cookie(county, role) for role in (Role.REVIEWER, Role.APPROVER)]
    person = await resident_cookie(county)
    call = call_body(call_id=str(new_id()))
    first = await send(f"{OFFICE}/merchant-calls", call, cookie=clerk)
    assert (first.status_code, first.json()["version"]) == (201, 1)
    assert (await send(f"{OFFICE}/merchant-calls", call, cookie=clerk)).status_code == 200
    (seen,) = await ids(await send(PUBLIC))
    assert (seen["takes_applications"], seen["rules"]["document_no"], seen["coming"]) == (
        True,
        "筠演示〔2026〕9号",
        None,
    )
    told = apply_body()
    applying = f"/api/v1/merchant-calls/{call['call_id']}/applications"
    assert (await send(applying, told, cookie=person)).status_code == 201
    assert (await send(applying, told, cookie=person)).status_code == 200
    path = f"{OFFICE}/merchant-applications/{told['application_id']}"
    for cookie, step in ((reviewer, {"step": "review"}), (clerk, {"step": "publicise", "document_no": "公示1号"})):
        moved = await send(f"{path}/steps", step | {"decision_id": str(new_id())}, cookie=cookie)
        assert moved.status_code == 200, moved.text
    (shown,) = await ids(await send(f"{PUBLIC}/{call['call_id']}/publicised"))
    assert shown["objections_until"] == "2026-12-01T16:00:00Z"
    clock.at = PERIOD_ENDS
    approver = await staff_cookie(county, Role.APPROVER)
    last = {"step": "list", "document_no": "筠演示〔2026〕11号", "decision_id": str(new_id())}
    assert (await send(f"{path}/steps", last, cookie=approver)).json()["state"] == "listed"
    public = await send(f"{PUBLIC}/{call['call_id']}/merchants")
    (listed,) = await ids(public)
    assert listed["credit_code"] == told["credit_code"]
    for secret in ("苟定邦", "15402000009", told["premises"]["phone"]):
        assert secret not in public.text
    mine = (await ids(await send("/api/v1/me/merchant-applications", cookie=person)))[0]
    assert [one["step"] for one in mine["steps"]] == ["submit", "review", "publicise", "list"]
    assert {one["person_id"] for one in mine["steps"]} == {None}
    # Everything that was handed in comes back, so that it can be mended.
    assert (mine["organisation"], mine["exemption"]) == (told["organisation"], None)
    shown_premises = {field: mine["premises"][field] for field in told["premises"]}
    assert shown_premises == told["premises"]


@pytest.mark.parametrize(
    ("changes", "status", "reason", "pointer"),
    [
        ({"closes_at": "2026-11-01T00:00:00Z"}, 409, "window-wrong", "/closes_at"),
        ({"objection_days": 0}, 400, "invalid", "/objection_days"),
        ({"opens_at": "2026-11-20T08:00:00"}, 400, "invalid", "/opens_at"),
        ({"text_zh": "一\u0000"}, 400, "invalid", "/text_zh"),
        ({"trades": ["gambling"]}, 400, "invalid", "/trades/0"),
        ({"towns": ["511527999"]}, 409, "unknown-town", "/towns"),
        ({"document_no": ""}, 400, "invalid", "/document_no"),
        ({"secret": 1}, 400, "invalid", "/secret"),
    ],
)
async def test_a_wrong_call_names_its_field_and_nothing_is_published(
    county: County, send: Http, changes: dict[str, Any], status: int, reason: str, pointer: str
) -> None:
    await with_places(county)
    clerk = await staff_cookie(county, Role.OFFICE)
    told = call_body(call_id=str(new_id()), **changes)
    answer = await send(f"{OFFICE}/merchant-calls", told, cookie=clerk)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await ids(await send(PUBLIC)) == []


async def published(county: County, send: Http, **changes: Any) -> str:
    await with_places(county)
    told = call_body(call_id=str(new_id()), **changes)
    clerk = await staff_cookie(county, Role.OFFICE)
    assert (await send(f"{OFFICE}/merchant-calls", told, cookie=clerk)).status_code == 201
    return str(told["call_id"])


@pytest.mark.parametrize(
    ("changes", "status", "reason", "pointer"),
    [
        ({"files": []}, 409, "paper-missing", "/files"),
        ({"size": "above"}, 409, "size-not-called", "/size"),
        ({"trade": "retail"}, 409, "trade-not-called", "/trade"),
        ({"credit_code": "92591527000000019F"}, 409, "credit-code-wrong", "/credit_code"),
        ({"licences": []}, 409, "licence-missing", "/licences"),
        ({"contact_phone": "1540200"}, 400, "invalid", "/contact_phone"),
        ({"files": [{"kind": "business_licence", "sha256": "AB" * 32}]}, 400, "invalid", "/files/0/sha256"),
    ],
)
async def test_a_wrong_application_names_its_field(
    county: County, send: Http, changes: dict[str, Any], status: int, reason: str, pointer: str
) -> None:
    call_id = await published(county, send)
    person = await resident_cookie(county)
    answer = await send(f"/api/v1/merchant-calls/{call_id}/applications", apply_body(**changes), cookie=person)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await ids(await send("/api/v1/me/merchant-applications", cookie=person)) == []


async def test_a_change_of_the_rules_is_public_seven_days_before_it_counts(
    county: County, clock: HandClock, send: Http
) -> None:
    call_id = await published(county, send)
    clerk = await staff_cookie(county, Role.OFFICE)
    told = call_body(change_id=str(new_id()), objection_days=10)
    changed = await send(f"{OFFICE}/merchant-calls/{call_id}/changes", told, cookie=clerk)
    assert (changed.status_code, changed.json()["effective_at"]) == (201, "2026-11-27T02:00:00Z")
    detail = (await send(f"{PUBLIC}/{call_id}")).json()
    assert (detail["call"]["rules"]["objection_days"], detail["call"]["coming"]["objection_days"]) == (7, 10)
    assert [one["version"] for one in detail["versions"]] == [1, 2]
    clock.forward(days=7)
    detail = (await send(f"{PUBLIC}/{call_id}")).json()
    assert (detail["call"]["rules"]["objection_days"], detail["call"]["coming"]) == (10, None)
    assert (await send(f"{PUBLIC}/{new_id()}")).status_code == 404


async def test_objections_are_masked_in_the_offices_view_and_open_with_a_purpose_on_record(
    county: County, send: Http
) -> None:
    call_id = await published(county, send)
    people = [await resident_cookie(county) for _ in range(2)]
    clerk, reviewer, approver = [
        await staff_cookie(county, role) for role in (Role.OFFICE, Role.REVIEWER, Role.APPROVER)
    ]
    told = apply_body()
    await send(f"/api/v1/merchant-calls/{call_id}/applications", told, cookie=people[0])
    path = f"{OFFICE}/merchant-applications/{told['application_id']}"
    objecting = f"/api/v1/merchant-applications/{told['application_id']}/objections"
    objection = {
        "objection_id": str(new_id()),
        "name": "罗开明",
        "contact": "15402000077",
        "grounds": "该店上月因食品安全被处罚，请核实。",
    }
    early = await send(objecting, objection, cookie=people[1])
    assert (early.status_code, early.json()["reason"]) == (409, "not-publicised")
    for cookie, step in ((reviewer, {"step": "review"}), (clerk, {"step": "publicise", "document_no": "公示1号"})):
        await send(f"{path}/steps", step | {"decision_id": str(new_id())}, cookie=cookie)
    assert (await send(objecting, objection, cookie=people[1])).status_code == 201
    assert (await send(objecting, objection, cookie=people[1])).status_code == 200
    seen = await send(path, cookie=clerk)
    assert seen.json()["objections"][0]["grounds"] == objection["grounds"]
    assert (seen.json()["objections"][0]["name"], seen.json()["application"]["contact_phone"]) == (
        "罗*明",
        "154****0009",
    )
    listed = await send(f"{OFFICE}/merchant-applications", cookie=clerk, state="publicised", call=call_id)
    assert [one["application_id"] for one in await ids(listed)] == [told["application_id"]]
    for secret in ("15402000077", "15402000009", "罗开明"):
        assert secret not in seen.text + listed.text
    full = await send(f"{path}/contacts", {"purpose": "核实异议"}, cookie=approver)
    assert (full.json()["objections"][0]["contact"], full.headers["cache-control"]) == ("15402000077", "no-store")
    (entry,) = await inquire(county, find, Find(act="merchants.look-at-contacts"))
    assert entry.actor.role == "approver"
    answer = {"decision_id": str(new_id()), "upheld": True, "answer": "经核实属实"}
    decision = f"{OFFICE}/merchant-objections/{objection['objection_id']}/decision"
    assert (await send(decision, answer, cookie=approver)).json()["state"] == "upheld"
    again = await send(decision, answer | {"decision_id": str(new_id())}, cookie=approver)
    assert (again.status_code, again.json()["reason"]) == (409, "objection-decided")


async def test_what_was_sent_back_is_mended_and_taken_back_over_http(county: County, send: Http) -> None:
    call_id = await published(county, send)
    person = await resident_cookie(county)
    reviewer = await staff_cookie(county, Role.REVIEWER)
    told = apply_body()
    await send(f"/api/v1/merchant-calls/{call_id}/applications", told, cookie=person)
    steps = f"{OFFICE}/merchant-applications/{told['application_id']}/steps"
    bare = await send(steps, {"decision_id": str(new_id()), "step": "return"}, cookie=reviewer)
    assert (bare.status_code, bare.json()["errors"][0]["pointer"]) == (409, "/note")
    await send(steps, {"decision_id": str(new_id()), "step": "return", "note": "请补照片"}, cookie=reviewer)
    own = f"/api/v1/merchant-applications/{told['application_id']}"
    mended = {key: told[key] for key in told if key != "application_id"} | {"change_id": str(new_id())}
    assert (await send(f"{own}/mend", mended, cookie=person)).json()["state"] == "submitted"
    back = await send(f"{own}/withdraw", {"change_id": str(new_id())}, cookie=person)
    assert back.json() == {"application_id": told["application_id"], "state": "withdrawn"}


async def test_a_merchant_joins_a_list_and_is_taken_off_it_over_http(
    county: County, clock: HandClock, send: Http
) -> None:
    call_id = await published(county, send)
    merchant_id = (await admitted(county)).merchant_id
    owner = await staff_cookie(county, Role.MERCHANT, merchant_id=merchant_id)
    clerk, reviewer = [await staff_cookie(county, role) for role in (Role.OFFICE, Role.REVIEWER)]
    contact = {"contact_name": "苟定邦", "contact_phone": "15402000009"}
    path = f"/api/v1/merchant-calls/{call_id}/joinings"
    nameless = await send(path, {"application_id": str(new_id()), **contact}, cookie=clerk)
    assert (nameless.status_code, nameless.json()["errors"][0]["pointer"]) == (400, "/merchant_id")
    told = {"application_id": str(new_id()), **contact, "files": [FILE]}
    assert (await send(path, told, cookie=owner)).status_code == 201
    steps = f"{OFFICE}/merchant-applications/{told['application_id']}/steps"
    await send(steps, {"decision_id": str(new_id()), "step": "return", "note": "请补承诺书"}, cookie=reviewer)
    files = {"change_id": str(new_id()), **contact, "files": [FILE]}
    own = f"/api/v1/merchant-applications/{told['application_id']}"
    assert (await send(f"{own}/files", files, cookie=owner)).json()["state"] == "submitted"
    await send(steps, {"decision_id": str(new_id()), "step": "review"}, cookie=reviewer)
    published_ = {"decision_id": str(new_id()), "step": "publicise", "document_no": "公示1号"}
    await send(steps, published_, cookie=clerk)
    clock.at = PERIOD_ENDS
    approver, clerk = [await staff_cookie(county, role) for role in (Role.APPROVER, Role.OFFICE)]
    last = {"decision_id": str(new_id()), "step": "list", "document_no": "名单1号"}
    assert (await send(steps, last, cookie=approver)).status_code == 200
    desk = f"{OFFICE}/merchants/{merchant_id}"
    stands = (await send(desk, cookie=clerk)).json()["lists"]
    assert stands == [
        {
            "call_id": call_id,
            "title_zh": "2026 年消费券餐饮商户征集公告",
            "title_en": "Call for restaurants 2026",
            "document_no": "筠演示〔2026〕9号",
            "listed_at": stands[0]["listed_at"],
        }
    ]
    off = {"change_id": str(new_id()), "reason": "违规套现"}
    ending = f"{OFFICE}/merchant-calls/{call_id}/merchants/{merchant_id}/end"
    assert (await send(ending, off, cookie=clerk)).status_code == 200
    assert (await send(desk, cookie=clerk)).json()["lists"] == []
    again = await send(ending, off | {"change_id": str(new_id())}, cookie=clerk)
    assert (again.status_code, again.json()["reason"]) == (409, "not-on-list")
