"""Whatever belongs to another resident, merchant or station is out of reach, by its address and in a body."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from backend.database.county import County
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from tests.merchants.test_routes import body as merchant_body
from tests.vouchers.counters import typed
from tests.vouchers.test_papers import NUMBER
from tests.web.client import calling, serving
from tests.web.contract import Operation, operations
from tests.web.filing import DOSSIERS, PAPERS
from tests.web.paying import CONTEST, EVIDENCE
from tests.web.test_callers import credentials
from tests.web.world import World, build_world, row_counts

RECORDS_OF_REFUSALS = {"answered_requests", "audit_entries", "audit_blocks", "wrong_codes", "wrong_documents"}
"""A refusal that was decided is a fact and may be kept; nothing else may move."""


APPLICATION = "/api/v1/merchant-applications/{application_id}"
CONTACT = {"contact_name": "苟定邦", "contact_phone": "15402000009"}
EVERYBODYS = {
    "POST /api/v1/rounds/{round_id}/claims",
    "POST /api/v1/rounds/{round_id}/entries",
    "POST /api/v1/rounds/{round_id}/entitlements",
    "POST /api/v1/merchant-calls/{call_id}/applications",
    "POST /api/v1/merchant-calls/{call_id}/joinings",
    f"POST {APPLICATION}/objections",
}
"""Rounds and calls belong to everybody, and anybody may object to anybody."""


def bodies() -> dict[str, dict[str, Any]]:
    """A body in good order for every route that takes one and somebody else's id."""
    return {
        "POST /api/v1/redemptions/{redemption_id}/roll-back": {"roll_back_id": str(new_id()), "reason": "顾客退单"},
        "POST /api/v1/shifts/{shift_id}/close": {"close_id": str(new_id()), "cash_fen": 20_000},
        f"POST {APPLICATION}/mend": mend_body(),
        f"POST {APPLICATION}/files": {"change_id": str(new_id()), **CONTACT},
        f"POST {APPLICATION}/withdraw": {"change_id": str(new_id())},
        "POST /api/v1/merchant/bank-accounts/{account_id}/withdraw": {"change_id": str(new_id()), "reason": "误填"},
        "POST /api/v1/merchant/payout-holds/{hold_id}/contests": CONTEST | {"contest_id": str(new_id())},
        "POST /api/v1/redemptions/{redemption_id}/evidence": EVIDENCE | {"supply_id": str(new_id())},
        f"POST {DOSSIERS}/{{dossier_id}}/mends": PAPERS | {"mend_id": str(new_id())},
        "POST /api/v1/merchant/stores/{store_id}/close": {"change_id": str(new_id()), "reason": "关店"},
        "POST /api/v1/merchant/staff/{staff_id}/invitation": {"invitation_id": str(new_id())},
    }


def mend_body() -> dict[str, Any]:
    told = merchant_body()
    return {key: told[key] for key in told if key not in ("merchant_id", "store_id")} | {
        "change_id": str(new_id()),
        **CONTACT,
    }


def owned() -> list[Operation]:
    """Routes to things that belong to somebody: addressed by an id, not open to all, and no desk of the county."""
    return [one for one in operations() if one.names and one.callers and not one.path.startswith("/api/v1/office/")]


def address(operation: Operation, world: World) -> str:
    """The route's address with the ids of the other side; a KeyError asks for a line here."""
    others = world.others
    ids = {
        "voucher_id": others.vouchers[0],
        "redemption_id": others.redemption_id,
        "message_id": others.message_id,
        "shift_id": others.shift_id,
        "session_id": others.session_id,
        "application_id": others.applied.application_id,
        "account_id": others.applied.account_id,
        "store_id": others.store_id,
        "staff_id": others.cashier_id,
        "round_id": world.round_id,
        "entry_id": world.lots.entries[1],
        "hold_id": world.money.holds[1],
        "dossier_id": world.papers.dossiers[1],
    }
    path = operation.path.replace("{day}", "2026-11-20")
    for name in set(operation.names) - {"day"}:
        path = path.replace(f"{{{name}}}", str(ids[name]))
    return path


async def test_nobody_reaches_what_belongs_to_others_by_its_address(county: County) -> None:
    world = await build_world(county, papers=True)
    reached, given = [], bodies()
    before = await kept(county)
    async with serving(county) as application, calling(application) as client:
        for operation in owned():
            if str(operation) in EVERYBODYS:
                continue
            for caller in operation.callers:
                headers = credentials(world)[Role(caller)]
                body = given[str(operation)] if operation.takes_body else None
                answer = await client.request(operation.method, address(operation, world), headers=headers, json=body)
                if answer.status_code not in (403, 404):
                    reached.append(f"{caller}: {operation} {answer.status_code}")
    assert not reached, "\n".join(reached)
    assert await kept(county) == before


class Reach(Struct, frozen=True):
    """A try to reach others through a body: who, where, with what, and how it must end."""

    caller: Role
    path: str
    body: dict[str, Any]
    status: int
    reason: str


def reaches(world: World, code: str) -> list[Reach]:
    """Every field of a body that names somebody's things."""
    own, others = world.own, world.others
    claims = f"/api/v1/rounds/{world.round_id}/claims"
    served = {"resident_id": str(own.phone.resident_id), "proof": "identity-card"}
    claim: Mapping[str, Any] = {"claim_id": str(new_id())}
    bill: Mapping[str, Any] = {"redemption_id": str(new_id()), "code": code, "bill_fen": 20_000}
    others_shift = {"shift_id": str(others.shift_id)}
    return [
        Reach(Role.RESIDENT, claims, {**claim, "resident_id": str(others.phone.resident_id)}, 400, "invalid"),
        Reach(Role.OPERATOR, claims, {**claim, **served, **others_shift}, 404, "unknown-shift"),
        *(
            reach
            for path, made in (("entries", {"entry_id": str(new_id())}), ("entitlements", claim))
            for way in [f"/api/v1/rounds/{world.lots.round_of('/' + path)}/{path}"]
            for reach in (
                Reach(Role.RESIDENT, way, {**made, "resident_id": str(others.phone.resident_id)}, 400, "invalid"),
                Reach(Role.OPERATOR, way, {**made, **served, **others_shift}, 404, "unknown-shift"),
            )
        ),
        Reach(
            Role.OPERATOR,
            "/api/v1/redemptions",
            {**bill, **others_shift, "merchant_id": str(own.merchant_id), "proof": "identity-card"},
            404,
            "unknown-shift",
        ),
        *of_phone_codes(others_shift),
        *of_cards({**served, "proof_number": NUMBER, **others_shift}),
        *of_open_cards(others_shift, str(own.merchant_id)),
        Reach(
            Role.OPERATOR,
            "/api/v1/shifts",
            {"shift_id": str(new_id()), "cash_fen": 0, "station_id": str(others.station_id)},
            409,
            "not-appointed",
        ),
        Reach(Role.MERCHANT, "/api/v1/redemptions", {**bill, "merchant_id": str(others.merchant_id)}, 400, "invalid"),
        Reach(
            Role.MERCHANT,
            f"/api/v1/merchant-calls/{world.call_id}/joinings",
            {"application_id": str(new_id()), "merchant_id": str(others.merchant_id), **CONTACT},
            400,
            "invalid",
        ),
        Reach(Role.POS, "/api/v1/redemptions", {**bill, "merchant_id": str(others.merchant_id)}, 400, "invalid"),
        Reach(Role.MERCHANT, "/api/v1/redemptions", {**bill, **others_shift, "proof": "identity-card"}, 400, "invalid"),
    ]


def of_phone_codes(others_shift: dict[str, str]) -> list[Reach]:
    """A code is sent and checked in one's own shift."""
    sends, code_id = "/api/v1/assisted/phone-codes", {"phone_code_id": str(new_id())}
    return [
        Reach(Role.OPERATOR, path, {**code_id, **others_shift, **told}, 404, "unknown-shift")
        for path, told in ((sends, {"phone": "15402000001"}), (f"{sends}/check", {"code": "123456"}))
    ]


def of_cards(asked: dict[str, str]) -> list[Reach]:
    """Cards are issued and ended, and people found, in one's own shift."""
    card = {"card_id": str(new_id()), "home_device_id": str(new_id()), "pin": "280519"}
    find = {name: value for name, value in asked.items() if name != "resident_id"}
    cards = "/api/v1/assisted/paper-cards"
    end = {"end_id": str(new_id()), "why": "lost"}
    return [
        Reach(Role.OPERATOR, cards, {**asked, **card}, 409, "card-home-unknown"),
        Reach(Role.OPERATOR, f"{cards}/end", {**asked, **end}, 404, "unknown-shift"),
        Reach(Role.OPERATOR, "/api/v1/assisted/residents/find", find, 404, "unknown-shift"),
    ]


def of_open_cards(others_shift: dict[str, str], merchant_id: str) -> list[Reach]:
    """A station opens a card in an operator's own shift; a merchant's counter names neither shift nor merchant."""
    path = "/api/v1/paper-cards/codes"
    bill = {"code_id": str(new_id()), "card": "XP1:A", "pin": "280519", "bill_fen": 900}
    paid = {"merchant_id": merchant_id}
    return [
        Reach(Role.OPERATOR, path, {**bill, **paid, **others_shift}, 404, "unknown-shift"),
        Reach(Role.OPERATOR, path, {**bill, **paid}, 400, "invalid"),
        Reach(Role.MERCHANT, path, {**bill, **paid}, 400, "invalid"),
        Reach(Role.MERCHANT, path, {**bill, **others_shift}, 400, "invalid"),
    ]


async def test_nobody_reaches_what_belongs_to_others_through_a_body(county: County) -> None:
    world = await build_world(county, papers=True)
    code = await typed(county, world.own.phone, world.own.vouchers[0])
    wrong = []
    before = await kept(county)
    async with serving(county) as application, calling(application) as client:
        for reach in reaches(world, code):
            answer = await client.post(reach.path, headers=credentials(world)[reach.caller], json=reach.body)
            told = (answer.status_code, answer.json().get("reason"))
            if told != (reach.status, reach.reason):
                wrong.append(f"{reach.caller} {reach.path} {reach.body}: {told}")
    assert not wrong, "\n".join(wrong)
    assert await kept(county) == before


async def kept(county: County) -> dict[str, int]:
    """How many rows there are, without the records of what was refused."""
    return {table: rows for table, rows in (await row_counts(county)).items() if table not in RECORDS_OF_REFUSALS}
