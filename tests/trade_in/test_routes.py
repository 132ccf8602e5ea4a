"""Dossiers over the wire: filed, returned, mended, approved; what is wrong is told by its field; lists go on."""

from typing import Any
from uuid import UUID

import httpx

from backend.database.county import County
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from tests.identity.sessions import staff_cookie
from tests.trade_in.subsidies import CAP_FEN, FIFTEEN_PERCENT, Shops, papers, selling, sold
from tests.web.client import calling, serving
from tests.web.filing import DOSSIERS, PAPERS

SALES = "/api/v1/merchant/trade-in-sales"
OFFICE = "/api/v1/office/trade-in-dossiers"
CAMPAIGNS = "/api/v1/office/campaigns"


def cookie(token: str) -> dict[str, str]:
    return {"cookie": f"__Host-yizhan={token}"}


async def shop_and_desk(county: County, of: Shops) -> tuple[dict[str, str], dict[str, str]]:
    """Headers of somebody of the first shop, and of a reviewer."""
    shop = await staff_cookie(county, Role.MERCHANT, merchant_id=of.shops[0])
    return cookie(shop), cookie(await staff_cookie(county, Role.REVIEWER))


def body(bought: UUID, number: int = 1) -> dict[str, Any]:
    told = papers(number)
    numbers = {"invoice_no": told.invoice_no, "serial_no": told.serial_no}
    return PAPERS | numbers | {"dossier_id": str(new_id()), "redemption_id": str(bought)}


async def test_a_sale_is_filed_returned_mended_and_approved(county: County) -> None:
    of = await selling(county)
    bought = await sold(county, of)
    shop, desk = await shop_and_desk(county, of)
    told = body(bought)
    async with serving(county) as application, calling(application) as client:
        [awaited] = (await client.get(SALES, headers=shop)).json()["items"]
        assert (awaited["redemption_id"], awaited["appliance"], awaited["overdue"]) == (
            str(bought),
            "refrigerator",
            False,
        )
        first = await client.post(DOSSIERS, headers=shop, json=told)
        again = await client.post(DOSSIERS, headers=shop, json=told)
        assert (first.status_code, again.status_code, first.content) == (201, 200, again.content)
        assert (await client.get(SALES, headers=shop)).json()["items"] == []
        own = f"{DOSSIERS}/{told['dossier_id']}"
        at_desk = f"{OFFICE}/{told['dossier_id']}"
        [waiting] = (await client.get(OFFICE, headers=desk, params={"state": "filed"})).json()["items"]
        assert waiting == (await client.get(at_desk, headers=desk)).json()
        assert (waiting["bill_fen"], waiting["discount_fen"], waiting["late"]) == (399_900, 59_985, False)
        back = {"review_id": str(new_id()), "version": 1, "to": "returned", "note": "铭牌看不清"}
        done = await client.post(f"{at_desk}/reviews", headers=desk, json=back)
        assert (done.status_code, done.json()["state"]) == (201, "returned")
        assert (await client.get(own, headers=shop)).json()["note"] == "铭牌看不清"
        mend = PAPERS | {"mend_id": str(new_id()), "old_appliance": {"kind": "photo", "value": "照片 12"}}
        mended = await client.post(f"{own}/mends", headers=shop, json=mend)
        assert (mended.status_code, mended.json()["version"]) == (201, 2)
        good = {"review_id": str(new_id()), "version": 2, "to": "approved"}
        done = await client.post(f"{at_desk}/reviews", headers=desk, json=good)
        assert done.json() == {"dossier_id": told["dossier_id"], "state": "approved", "payable": False}
        assert (await client.post(f"{at_desk}/reviews", headers=desk, json=good)).status_code == 200
        [own_list] = (await client.get(DOSSIERS, headers=shop, params={"state": "approved"})).json()["items"]
        assert own_list["old_appliance"] == {"kind": "photo", "value": "照片 12"}


async def test_what_is_wrong_with_papers_is_told_by_its_field(county: County) -> None:
    of = await selling(county)
    shop, _ = await shop_and_desk(county, of)
    told = body(await sold(county, of)) | {"invoice_no": "12", "energy_level": 4}
    async with serving(county) as application, calling(application) as client:
        answer = await client.post(DOSSIERS, headers=shop, json=told)
        problem = answer.json()
        assert (answer.status_code, problem["reason"]) == (400, "invalid")
        assert [error["pointer"] for error in problem["errors"]] == ["/invoice_no", "/energy_level"]
        assert all(" / " in error["detail"] for error in problem["errors"])
        bare = await client.post(DOSSIERS, headers=shop, json=told | {"serial_no": ""})
        assert [error["pointer"] for error in bare.json()["errors"]] == ["/serial_no"]


async def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["reason"]


async def test_a_no_has_its_word(county: County) -> None:
    of = await selling(county, people=2)
    bought, second = await sold(county, of), await sold(county, of, person=1)
    shop, desk = await shop_and_desk(county, of)
    told = body(bought)
    async with serving(county) as application, calling(application) as client:
        await client.post(DOSSIERS, headers=shop, json=told)

        async def files(**changed: Any) -> tuple[int, str]:
            sent = body(second, 2) | changed
            return await refused(await client.post(DOSSIERS, headers=shop, json=sent))

        assert await files(redemption_id=str(new_id())) == (404, "no-such-sale")
        assert await files(redemption_id=str(bought)) == (409, "already-filed")
        assert await files(serial_no=told["serial_no"]) == (409, "serial-used")
        assert await files(dossier_id=told["dossier_id"]) == (409, "id-reused")
        for headers, where in ((shop, DOSSIERS), (desk, OFFICE)):
            assert await refused(await client.get(f"{where}/{new_id()}", headers=headers)) == (404, "no-such-dossier")
        reviews = f"{OFFICE}/{told['dossier_id']}/reviews"
        for changed, reason in (({"version": 2}, "stale-version"), ({"to": "returned"}, "reason-missing")):
            review = {"review_id": str(new_id()), "version": 1, "to": "approved"} | changed
            assert await refused(await client.post(reviews, headers=desk, json=review)) == (409, reason)


async def test_lists_go_on_by_cursor(county: County) -> None:
    of = await selling(county, people=5)
    shop, desk = await shop_and_desk(county, of)
    bought = [await sold(county, of, person=person) for person in range(5)]

    async def all_of(client: httpx.AsyncClient, headers: dict[str, str], where: str, key: str) -> list[str]:
        found: list[str] = []
        cursor: str | None = None
        while True:
            params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
            page = (await client.get(where, headers=headers, params=params)).json()
            found += [item[key] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    async with serving(county) as application, calling(application) as client:
        assert await all_of(client, shop, SALES, "redemption_id") == [str(one) for one in bought]
        filed = []
        for number, one in enumerate(bought):
            told = body(one, number)
            assert (await client.post(DOSSIERS, headers=shop, json=told)).status_code == 201
            filed.append(told["dossier_id"])
        assert await all_of(client, desk, OFFICE, "dossier_id") == filed
        assert await all_of(client, shop, DOSSIERS, "dossier_id") == filed[::-1]


async def test_a_plan_makes_all_of_its_kinds_trade_in_or_none_and_tells_them_to_everybody(county: County) -> None:
    def kind(code: str, trade_in: dict[str, Any] | None) -> dict[str, Any]:
        told = {"code": code, "name_zh": "家电券", "name_en": "Appliance", "cap_pieces": 10, "face_fen": CAP_FEN}
        told |= {"discount": "percentage", "percent_bp": FIFTEEN_PERCENT, "valid_days": 30}
        shares = {"funding": [{"funder": "government", "share_bp": 10_000}], "limits": [{"rule_id": str(new_id())}]}
        return told | shares | {"trade_in": trade_in}

    def round_of(code: str) -> dict[str, Any]:
        window = {"opens_at": "2026-11-21T02:00:00Z", "closes_at": "2026-12-21T02:00:00Z"}
        return {
            "round_id": str(new_id()),
            "kind_code": code,
            "name_zh": "轮",
            "name_en": "Round",
            "pieces": 10,
        } | window

    kinds = [kind("fridge", {"appliance": "refrigerator"}), kind("meals", None)]
    plan = {
        "title_zh": "换新",
        "title_en": "Trade-in",
        "kinds": kinds,
        "rounds": [round_of("fridge"), round_of("meals")],
    }
    clerk = cookie(await staff_cookie(county, Role.OFFICE))
    path = f"{CAMPAIGNS}/{new_id()}"
    async with serving(county) as application, calling(application) as client:
        answer = await client.put(path, headers=clerk, json=plan)
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/kinds/1/terms/trade_in"]
        kinds[1]["trade_in"] = {"appliance": "television", "energy_levels": [1], "old_appliance": "required"}
        assert (await client.put(path, headers=clerk, json=plan)).status_code == 200
        seen = (await client.get(f"{path}/board", headers=clerk)).json()["plan"]["kinds"]
        assert [one["terms"]["trade_in"] for one in seen] == [
            {"appliance": "refrigerator", "energy_levels": [1, 2], "old_appliance": "not-asked", "file_days": 30},
            {"appliance": "television", "energy_levels": [1], "old_appliance": "required", "file_days": 30},
        ]
