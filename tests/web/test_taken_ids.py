"""An id that a caller makes may be one that the county knows already, of anything: that is told, and never a fault."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from msgspec import Struct
from sqlalchemy import Column, select

from backend.database.columns import IdType
from backend.database.county import County
from backend.database.transaction import Transaction, inquire
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.merchants.find_merchants import find_merchant as merchant
from backend.starting.importers import IMPORTERS
from backend.stations import phone_code_rules
from backend.tables import EVERY_TABLE
from backend.vouchers.steer_campaign import Turn
from backend.web.limits import UPLOADS
from tests.merchants.merchant_makers import credit_code
from tests.merchants.test_call_routes import account_body, call_body, papers_body
from tests.merchants.test_routes import body as merchant_body
from tests.stations.test_routes import station_body
from tests.sync.device_makers import enrolled
from tests.sync.test_device_routes import LIMITS
from tests.vouchers.campaigns import RECEIPT
from tests.vouchers.counters import typed
from tests.vouchers.desks import DOCUMENT, Desk, planned
from tests.vouchers.lots import SEED
from tests.vouchers.test_papers import NUMBER
from tests.web.carding import MADE as MADE_OF_CARDS
from tests.web.carding import of_cards
from tests.web.client import calling, serving
from tests.web.contract import operations
from tests.web.filing import MADE as MADE_OF_PAPERS
from tests.web.filing import of_imports, of_papers
from tests.web.paying import MADE, of_money
from tests.web.test_callers import credentials
from tests.web.world import World, build_world, row_counts

MAKERS = {
    "acceptance_id",
    "application_id",
    "appointment_id",
    "change_id",
    "claim_id",
    "close_id",
    "code_id",
    "decision_id",
    "entry_id",
    "funding_id",
    "invitation_id",
    "look_id",
    "policy_id",
    "redemption_id",
    "roll_back_id",
    "seed_id",
    "source_id",
    "turn_id",
    "waiver_id",
}
"""Fields that are always made by the caller; the others are where their route makes what they name."""
MADE_HERE = {
    **MADE,
    **MADE_OF_PAPERS,
    **MADE_OF_CARDS,
    **{f"/api/v1/office/imports/{kind}": {"import_id"} for kind in IMPORTERS},
    "/api/v1/office/campaigns/{campaign_id}/rosters": {"roster_id"},
    "/api/v1/office/merchants": {"merchant_id", "store_id"},
    "/api/v1/office/merchants/{merchant_id}/stores": {"store_id"},
    "/api/v1/office/stations": {"station_id"},
    "/api/v1/shifts": {"shift_id"},
    "/api/v1/assisted/phone-codes": {"phone_code_id"},
    "/api/v1/office/merchant-calls": {"call_id"},
    "/api/v1/merchant-calls/{call_id}/applications": {"application_id"},
    "/api/v1/merchant-calls/{call_id}/joinings": {"application_id"},
    "/api/v1/merchant-applications/{application_id}/objections": {"objection_id"},
    "/api/v1/merchant/bank-accounts": {"account_id"},
    "/api/v1/office/merchants/{merchant_id}/bank-accounts": {"account_id"},
    "/api/v1/merchant/papers": {"renewal_id"},
    "/api/v1/office/merchants/{merchant_id}/papers": {"renewal_id"},
}


A_WHILE = UPLOADS.most
"""So many requests no courtesy limit minds."""
OFFICE = "/api/v1/office"
POOL = f"{OFFICE}/campaigns/{{campaign_id}}/offline-pool"
NOT_YET = ("merchant_id", "store_id")
FILE = {"kind": "business_licence", "sha256": "ab" * 32}
CONTACT = {"contact_name": "苟定邦", "contact_phone": "15402000009"}
CAPS = {"per_helper_and_resident": 4, "per_device_and_day": 60, "shift_hours_most": 14}


class Write(Struct, frozen=True, kw_only=True):
    """A write in good order, and which of its fields are ids that the caller makes."""

    caller: Role
    path: str
    """As it is described."""
    address: dict[str, UUID | int]
    body: dict[str, Any]
    made: set[str]

    @property
    def url(self) -> str:
        """Where it is sent."""
        return self.path.format(**self.address)


Told = tuple[Role, str, dict[str, Any]]
"""Who writes, where as it is described, and a body with empty ids."""


def fresh(told: dict[str, Any], made: set[str]) -> dict[str, Any]:
    if "phone_code_id" in made:  # One phone is sent one code a minute.
        told = told | {"phone": f"154{new_id().int % 10**8:08}"}
    return told | {field: str(new_id()) for field in made}


def of_the_office(world: World) -> list[Told]:
    """What the office writes."""
    own, desk = world.own, f"{OFFICE}/campaigns/{{campaign_id}}"
    house, station = f"{OFFICE}/merchants", f"{OFFICE}/stations"
    money = {"document_no": DOCUMENT, "bank_voucher_no": "20261120-1", "file_sha256": RECEIPT, "amount_fen": 59_000}
    back = {"version": 1, "step": "send-back", "note": "重写"}
    change = {"reason": "核查", "change_id": ""}
    shop = {"name_zh": "分店", "name_en": "Branch", "premises": station_body()["premises"]}
    told: list[Told] = [
        (Role.OFFICE, f"{desk}/funding", money | {"funding_id": "", "version": 1}),
        (Role.APPROVER, f"{desk}/signatures", back | {"decision_id": ""}),
        (Role.OFFICE, f"{desk}/turns", {"turn_id": "", "turn": Turn.PAUSE, "reason": "核查"}),
        (Role.OFFICE, house, merchant_body()),
        (Role.OFFICE, house + "/{merchant_id}/stores", shop | {"store_id": ""}),
        (Role.OFFICE, f"{OFFICE}/shifts/{{shift_id}}/close", {"close_id": "", "cash_fen": 20_000, "reason": "点清"}),
        (Role.OFFICE, f"{OFFICE}/station-policy", CAPS | {"policy_id": "", "reason": "调整"}),
        (Role.OFFICE, station, station_body()),
        (Role.OFFICE, station + "/{station_id}/close", change),
        (Role.OFFICE, station + "/{station_id}/operators", {"appointment_id": "", "staff_id": str(own.operator_id)}),
        (Role.OFFICE, station + "/{station_id}/operators/{appointment_id}/end", {"change_id": ""}),
    ]
    notary = {"document_no": DOCUMENT, "file_sha256": RECEIPT}
    later = {"issue": "下一期", "published_at": "2027-01-01T00:00:00Z", "document_no": DOCUMENT}
    row = {"class_code": "low-income", "phone": "15405000078"}
    told += [
        (Role.OFFICE, f"{OFFICE}/rounds/{{round_id}}/seed", notary | {"seed_id": "", "value": SEED}),
        (Role.OFFICE, f"{OFFICE}/rounds/{{round_id}}/source", later | {"source_id": ""}),
        (Role.OFFICE, f"{desk}/rosters", {"roster_id": "", "document_no": DOCUMENT, "rows": [row]}),
        (Role.REVIEWER, f"{OFFICE}/rosters/{{roster_id}}/decision", {"decision_id": "", "verdict": "confirm"}),
    ]
    caller = {"look_id": "", "phone": "15402000001", "consent": True}
    told += [(Role.OFFICE, f"{OFFICE}/residents/explain", caller)]
    told += [(Role.OFFICE, house + "/{merchant_id}/" + move, change) for move in ("end", "reinstate", "suspend")]
    shown = {"name_zh": "筠连县", "name_en": "Junlian", "colour": "#0b6b4f", "based_on": 0, "change_id": ""}
    shown |= {"help_phone": "", "icp_filing": "", "police_filing": "", "device_idle_minutes": 5}
    told += [(Role.SYSTEM_ADMIN, f"{OFFICE}/county-settings", shown)]
    return told + calls_of_the_office(change) + of_imports() + of_offline(world, change)


def of_offline(world: World, change: dict[str, Any]) -> list[Told]:
    """What the office writes about devices, policies and pools."""
    device, policies = f"{OFFICE}/devices/{{device_id}}", f"{OFFICE}/offline-policies"
    phone = {"kind": "merchant", "label": "收银台", "merchant_id": str(world.own.merchant_id)}
    pool = {"kind_code": "dining-50", "size_fen": 0, "document_no": DOCUMENT}
    no = {"decision_id": "", "accept": False, "reason": "对不上"}
    return [
        (Role.OFFICE, f"{OFFICE}/devices/invitations", phone | {"invitation_id": ""}),
        (Role.OFFICE, device + "/approval", {"decision_id": ""}),
        (Role.OFFICE, device + "/refusal", {"decision_id": "", "reason": "不认识"}),
        (Role.OFFICE, device + "/suspension", change),
        (Role.OFFICE, device + "/revocation", change),
        (Role.REVIEWER, device + "/events/{seq}/decision", no),
        (Role.REVIEWER, f"{OFFICE}/offline-receipts/{{receipt_id}}/decision", no),
        (Role.OFFICE, f"{OFFICE}/offline-debts/{{claim_id}}/waivers", {"waiver_id": "", "reason": "不知道用过"}),
        (Role.APPROVER, f"{OFFICE}/debt-waivers/{{waiver_id}}/decision", {"decision_id": "", "confirm": False}),
        (Role.OFFICE, policies, {"policy_id": "", "limits": LIMITS, "note": "首份"}),
        (Role.APPROVER, policies + "/{number}/enforcement", {"decision_id": "", "document_no": DOCUMENT}),
        (Role.APPROVER, POOL, pool | {"change_id": ""}),
    ]


def calls_of_the_office(change: dict[str, Any]) -> list[Told]:
    """What the office writes about calls, accounts and papers."""
    calls, house, money = (f"{OFFICE}/{place}" for place in ("merchant-calls", "merchants", "bank-accounts"))
    answer = {"decision_id": "", "upheld": False, "answer": "查无实据"}
    return [
        (Role.OFFICE, calls, call_body() | {"call_id": ""}),
        (Role.OFFICE, calls + "/{call_id}/changes", call_body() | {"change_id": ""}),
        (Role.OFFICE, calls + "/{call_id}/merchants/{merchant_id}/end", change),
        (
            Role.REVIEWER,
            f"{OFFICE}/merchant-applications/{{application_id}}/steps",
            {"decision_id": "", "step": "review"},
        ),
        (Role.APPROVER, f"{OFFICE}/merchant-objections/{{objection_id}}/decision", answer),
        (Role.OFFICE, house + "/{merchant_id}/bank-accounts", account_body()),
        (Role.APPROVER, money + "/{account_id}/approve", {"decision_id": ""}),
        (Role.OFFICE, money + "/{account_id}/withdraw", change),
        (Role.OFFICE, house + "/{merchant_id}/papers", papers_body()),
        (Role.REVIEWER, f"{OFFICE}/merchant-papers/{{renewal_id}}/decision", {"decision_id": "", "good": True}),
        (Role.OFFICE, house + "/{merchant_id}/stores/{store_id}/close", change),
    ]


def of_merchants() -> list[Told]:
    """What merchants, and whoever wants to be one, write."""
    change = {"reason": "误填", "change_id": ""}
    files = {"files": [FILE], **CONTACT}
    apply = {key: told for key, told in merchant_body(credit_code=credit_code(70)).items() if key not in NOT_YET}
    application = "/api/v1/merchant-applications/{application_id}"
    cashier = {"login": "cashier-1", "name": "店员甲", "phone": "15402000055"}
    grounds = {"name": "罗开明", "contact": "15402000077", "grounds": "该店上月因食品安全被处罚，请核实。"}
    return [
        (Role.RESIDENT, "/api/v1/merchant-calls/{call_id}/applications", apply | files | {"application_id": ""}),
        (Role.MERCHANT, "/api/v1/merchant-calls/{call_id}/joinings", files | {"application_id": ""}),
        (Role.RESIDENT, application + "/mend", apply | files | {"change_id": ""}),
        (Role.MERCHANT, application + "/files", files | {"change_id": ""}),
        (Role.RESIDENT, application + "/withdraw", {"change_id": ""}),
        (Role.RESIDENT, application + "/objections", grounds | {"objection_id": ""}),
        (Role.MERCHANT, "/api/v1/merchant/bank-accounts", account_body()),
        (Role.MERCHANT, "/api/v1/merchant/bank-accounts/{account_id}/withdraw", change),
        (Role.MERCHANT, "/api/v1/merchant/papers", papers_body()),
        (Role.MERCHANT, "/api/v1/merchant/stores/{store_id}/close", change),
        (Role.MERCHANT, "/api/v1/merchant/staff", cashier | {"invitation_id": ""}),
        (Role.MERCHANT, "/api/v1/merchant/staff/{staff_id}/invitation", {"invitation_id": ""}),
        (Role.MERCHANT, "/api/v1/merchant/offline-liability", {"acceptance_id": "", "policy": 1}),
    ]


def at_counters(world: World, code: str) -> list[Told]:
    """What residents, merchants and operators write."""
    voucher = {"voucher_id": str(world.own.vouchers[0])}
    shift = {"shift_id": str(world.own.shift_id)}
    seen = {"resident_id": str(world.own.phone.resident_id), "proof": "identity-card", "proof_number": NUMBER}
    return [
        (Role.MERCHANT, "/api/v1/redemptions", {"redemption_id": "", "code": code, "bill_fen": 20_000}),
        (Role.MERCHANT, "/api/v1/redemptions/{redemption_id}/roll-back", {"roll_back_id": "", "reason": "顾客退单"}),
        (Role.RESIDENT, "/api/v1/rounds/{round_id}/claims", {"claim_id": ""}),
        (Role.OPERATOR, "/api/v1/rounds/{round_id}/claims", seen | shift | {"claim_id": ""}),
        (Role.RESIDENT, "/api/v1/rounds/{round_id}/entries", {"entry_id": ""}),
        (Role.OPERATOR, "/api/v1/rounds/{round_id}/entries", seen | shift | {"entry_id": ""}),
        (Role.RESIDENT, "/api/v1/rounds/{round_id}/entitlements", {"claim_id": ""}),
        (Role.OPERATOR, "/api/v1/rounds/{round_id}/entitlements", seen | shift | {"claim_id": ""}),
        (Role.OPERATOR, "/api/v1/assisted/short-codes", seen | shift | voucher | {"code_id": ""}),
        (Role.OPERATOR, "/api/v1/assisted/phone-codes", shift | {"phone_code_id": "", "phone": "15402000001"}),
        *of_cards(seen | shift),
        (Role.OPERATOR, "/api/v1/shifts", {"shift_id": "", "cash_fen": 20_000}),
        (Role.OPERATOR, "/api/v1/shifts/{shift_id}/close", {"close_id": "", "cash_fen": 20_000}),
    ]


async def writes(county: County, world: World, of: Desk) -> list[Write]:
    """Every write that carries an id of the caller's making."""
    own = world.own
    code = await typed(county, own.phone, own.vouchers[0])
    address: dict[str, UUID | int] = {
        "number": 1,
        "seq": 1,
        "device_id": await enrolled(county, own.merchant_id),
        "campaign_id": of.campaign_id,
        "merchant_id": own.merchant_id,
        "shift_id": own.shift_id,
        "station_id": own.station_id,
        "staff_id": own.cashier_id,
        "appointment_id": own.appointment_id,
        "redemption_id": own.redemption_id,
        "round_id": world.round_id,
        "call_id": world.call_id,
        "store_id": own.store_id,
        "application_id": own.applied.application_id,
        "objection_id": own.applied.objection_id,
        "account_id": own.applied.account_id,
        "renewal_id": own.applied.renewal_id,
        "import_id": own.shift_id,
        "receipt_id": own.shift_id,
        "claim_id": own.shift_id,
        "waiver_id": own.shift_id,
        "roster_id": world.lots.roster_id,
        "hold_id": world.money.holds[0],
        "run_id": world.money.run_id,
        "incident_id": world.money.incident_id,
        "dossier_id": world.papers.dossiers[0],
        "card_id": new_id(),
    }
    of_desks = (
        *of_the_office(world),
        *of_money(own.redemption_id, of.campaign_id),
        *of_papers(world.papers.awaited_id),
    )
    everything = (*of_desks, *of_merchants(), *at_counters(world, code))

    def there(path: str) -> dict[str, UUID | int]:
        at = address | {"campaign_id": world.lots.list_campaign_id} if path.endswith("/rosters") else address
        return at | {"round_id": world.lots.round_of(path) or world.round_id}

    return [
        Write(caller=caller, path=path, address=there(path), body=body, made=MADE_HERE.get(path, MAKERS & body.keys()))
        for caller, path, body in everything
    ]


def kind_of(column: Column[Any]) -> str:
    """What a column's ids name: ``id`` is its table's own, and a ``campaign_id`` is a campaign's wherever it stands."""
    return column.table.name if column.name == "id" else column.name


async def taken(county: County) -> list[UUID]:
    """One id of every kind that any row of the county has, in the order of their kinds."""

    async def look(tx: Transaction, _asked: None) -> dict[str, UUID]:
        found: dict[str, UUID] = {}
        for table in EVERY_TABLE:
            for column in table.columns:
                if isinstance(column.type, IdType) and kind_of(column) not in found:
                    held = select(column).where(column.is_not(None)).order_by(column.desc()).limit(1)
                    found |= {kind_of(column): one for one in (await tx.execute(held)).scalars()}
        return found

    found = await inquire(county, look, None)
    return list(dict.fromkeys(found[kind] for kind in sorted(found)))


async def test_every_write_with_an_id_of_the_callers_making_is_tried_below(county: County) -> None:
    world, of = await build_world(county, papers=True), await planned(county)
    listed = {(one.path, field) for one in await writes(county, world, of) for field in one.made}
    described = set()
    for operation in operations():
        if not operation.takes_body:
            continue
        for field in operation.body_fields("uuid"):
            if field in MADE_HERE.get(operation.path, MAKERS):
                described.add((operation.path, field))
    assert listed == described


async def test_an_id_that_is_taken_by_anything_is_refused_or_harmless_and_never_a_fault(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    await try_what_is_taken(county, monkeypatch, every=2, first=int(county.on_postgresql))


@pytest.mark.long
async def test_every_id_that_is_taken_is_refused_or_harmless_on_each_database(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    await try_what_is_taken(county, monkeypatch, every=1, first=0)


async def try_what_is_taken(county: County, monkeypatch: pytest.MonkeyPatch, *, every: int, first: int) -> None:
    """Each write with each kind of taken id, or with every so many of them: two databases can share them out."""
    monkeypatch.setattr(phone_code_rules, "AN_HOUR_BY_OPERATOR", 1_000)
    world, of = await build_world(county, papers=True), await planned(county)
    await of.approve()
    ids = await taken(county)
    assert len(ids) > 25
    wrong = []
    fields = ((write, field) for write in await writes(county, world, of) for field in sorted(write.made))
    for nth, (write, field) in enumerate(fields):
        some = ids[(first + nth) % every :: every]
        for at in range(0, len(some), A_WHILE):
            # An application of its own: the courtesy limits of one would soon answer instead of the rules.
            async with serving(county) as application, calling(application) as client:
                for known in some[at : at + A_WHILE]:
                    told = fresh(write.body, write.made) | {field: str(known)}
                    answer = await send(client, world, write, told)
                    if answer.status_code not in (200, 201, 404, 409):
                        wrong.append(f"{write.path} {field} {known}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


async def test_what_the_county_numbered_itself_gives_no_act_its_id(county: County) -> None:
    """A claim is booked under its voucher's id, and a merchant's first shop comes with its merchant's request."""
    world, of = await build_world(county, papers=True), await planned(county)
    await of.approve()
    first_shop = await inquire(county, merchant, world.others.merchant_id)
    assert first_shop is not None
    taken_by = {
        "funding_id": world.own.vouchers[0],
        "store_id": first_shop.main.id,
        "redemption_id": world.own.vouchers[0],
        "roll_back_id": world.own.vouchers[0],
    }
    listed = await writes(county, world, of)
    before = await row_counts(county)
    tried = []
    async with serving(county) as application, calling(application) as client:
        for write in listed:
            for field in write.made & taken_by.keys():
                told = fresh(write.body, write.made) | {field: str(taken_by[field])}
                answer = await send(client, world, write, told)
                tried.append((write.path, field, answer.status_code, answer.json()["reason"]))
    assert [one[2:] for one in tried] == [(409, "id-reused")] * 5, tried
    assert await row_counts(county) == before


async def send(client: httpx.AsyncClient, world: World, write: Write, told: dict[str, Any]) -> httpx.Response:
    method = "PUT" if write.path == POOL else "POST"
    return await client.request(method, write.url, headers=credentials(world)[write.caller], json=told)
