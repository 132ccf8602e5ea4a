"""The notice as data: only what was approved, nobody's own things, and some seconds old at most."""

from uuid import UUID

from backend.database.county import County
from backend.database.transaction import Transaction, inquire
from backend.identity.tables import residents
from backend.kernel.ids import new_id
from tests.notices.makers import drafted, published
from tests.vouchers.lots import all_enter, drawn_campaign, people
from tests.vouchers.rosters import bring_in, decide, listed, roster_campaign
from tests.web.client import calling, serving
from tests.web.world import World, build_world

ADDRESS = "/api/v1/public/campaigns"


async def test_an_approved_campaign_is_told_to_everybody(county: County) -> None:
    campaign_id = await published(county)
    async with serving(county) as application, calling(application) as client:
        answer = await client.get(f"{ADDRESS}/{campaign_id}")
    assert answer.status_code == 200
    told = answer.json()
    assert told["notice_no"] == "筠商公告〔2026〕3号"
    assert told["budget_fen"] == told["public_money"]["funded_fen"] == told["public_money"]["left_fen"] == 50_000
    assert told["pieces"] == {"planned": 10, "issued": 0, "redeemed": 0, "expired": 0, "open": 0, "left": 10}
    assert told["rounds"][0]["budget_fen"] == told["kinds"][0]["budget_fen"] == 50_000
    assert (told["leverage"], told["leverage_matched"], told["towns"], told["trades"]) == (None, None, [], [])
    assert "例：消费 199.99 元，不可用。" in told["kinds"][0]["rules_zh"]


async def test_a_plan_that_nobody_approved_is_not_there(county: County) -> None:
    campaign_id = await drafted(county)
    async with serving(county) as application, calling(application) as client:
        for asked in (campaign_id, new_id()):
            answer = await client.get(f"{ADDRESS}/{asked}")
            assert (answer.status_code, answer.json()["reason"]) == (404, "not-found")


async def secrets_of(county: County, world: World) -> set[str]:
    """Ids of people and of what they did."""
    sides = (world.own, world.others)
    found: set[UUID] = set()
    for side in sides:
        found |= {side.phone.resident_id, side.redemption_id, side.merchant_staff_id, side.operator_id, *side.vouchers}

    async def ask(tx: Transaction, _asked: None) -> set[UUID]:
        return {row.id for row in await tx.execute(residents.select())}

    found |= await inquire(county, ask, None)
    return {str(one) for one in found} | {one.hex for one in found}


async def test_nobody_is_in_data_or_page(county: County) -> None:
    world = await build_world(county)
    secrets = await secrets_of(county, world) | {"154020", "15402"}
    async with serving(county) as application, calling(application, checked=False) as client:
        for campaign_id in (world.campaign_id, world.lots.list_campaign_id):
            for path in (f"{ADDRESS}/{campaign_id}", f"/notice/campaigns/{campaign_id}"):
                answer = await client.get(path)
                assert answer.status_code == 200
                assert not [secret for secret in secrets if secret in answer.text]
        # Two bills were paid with vouchers: so few are not told, nor where.
        told = (await client.get(f"{ADDRESS}/{world.campaign_id}")).json()
        assert told["pieces"]["redeemed"] == 2
        assert (told["leverage"], told["towns"], told["trades"]) == (None, [], [])


async def test_draws_and_lists_are_told_in_numbers(county: County) -> None:
    round_id = await drawn_campaign(county)
    await all_enter(county, round_id, await people(county, 3))
    list_campaign_id, _ = await roster_campaign(county)
    await decide(county, (await bring_in(county, list_campaign_id, listed(77))).roster_id)
    waiting_campaign_id, _ = await roster_campaign(county)
    await bring_in(county, waiting_campaign_id, listed(78))
    async with serving(county) as application, calling(application) as client:
        campaigns = (await client.get("/api/v1/campaigns")).json()["items"]
        draw_campaign_id = next(
            one["campaign_id"] for one in campaigns if round_id in {UUID(r["round_id"]) for r in one["rounds"]}
        )
        told = (await client.get(f"{ADDRESS}/{draw_campaign_id}")).json()
        assert told["draws"] == [
            {
                "round_id": str(round_id),
                "state": "collecting",
                "entered": 3,
                "issued": 0,
                "proof": f"/api/v1/public/rounds/{round_id}/draw",
            }
        ]
        assert (await client.get(told["draws"][0]["proof"])).status_code == 200
        # A list that nobody has confirmed is nobody's business yet.
        assert (await client.get(f"{ADDRESS}/{waiting_campaign_id}")).json()["lists"] == []
        told = (await client.get(f"{ADDRESS}/{list_campaign_id}")).json()
        assert [one["people"] for one in told["lists"]] == [1]
