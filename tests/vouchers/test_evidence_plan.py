"""A plan says which proof of a bill a payout needs, by trade and amount; a rule that contradicts another is told."""

from backend.database.county import County
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from tests.identity.sessions import staff_cookie
from tests.vouchers.test_brake_routes import asked
from tests.web.client import calling, serving

RECEIPT = {"kinds": ["till_receipt", "e_invoice"], "from_fen": 20_000, "trade": "dining"}


async def test_a_plan_carries_the_proofs_that_it_asks_and_a_wrong_rule_is_told(county: County) -> None:
    path = f"/api/v1/office/campaigns/{new_id()}"
    async with (
        serving(county) as application,
        calling(application, cookie=await staff_cookie(county, Role.OFFICE)) as client,
    ):
        for rules, pointer in (
            ([{"kinds": []}], "/evidence/0/kinds"),
            ([{"kinds": ["none"]}], "/evidence/0/kinds/0"),
            ([RECEIPT | {"from_fen": -1}], "/evidence/0/from_fen"),
            ([RECEIPT | {"least": 1}], "/evidence/0/least"),
            ([RECEIPT, {"kinds": ["photo", "photo"]}], "/evidence/1/kinds"),
            ([RECEIPT, RECEIPT | {"kinds": ["photo"]}], "/evidence/1/from_fen"),
        ):
            refused = await client.put(path, json=asked(county, evidence=rules))
            assert refused.status_code == 400
            assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
        assert (await client.get(f"{path}/board")).status_code == 404
        rules = [RECEIPT, {"kinds": ["acquirer_order"], "from_fen": 100_000}]
        assert (await client.put(path, json=asked(county, evidence=rules))).status_code == 200
        board = (await client.get(f"{path}/board")).json()
        assert board["plan"]["evidence"] == [RECEIPT, rules[1] | {"trade": None}]
