"""The brake and the exposure over the wire: a plan carries its brake, the board its alerts, a wrong limit its mend."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from backend.database.county import County
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.instants import to_wire
from backend.vouchers.brake_rules import BrakeLimit
from backend.vouchers.watch_campaigns import CampaignWatch
from tests.databases import HandClock
from tests.identity.sessions import staff_cookie
from tests.vouchers.brakes import braked
from tests.vouchers.campaigns import SILENT
from tests.web.client import calling, serving


def asked(county: County, **changed: Any) -> dict[str, Any]:
    """A plan as the desk sends it."""
    opens = county.clock() + timedelta(days=1)
    kind = {
        "code": "dining-50",
        "name_zh": "餐饮券",
        "name_en": "Dining",
        "cap_pieces": 10,
        "face_fen": 5_000,
        "funding": [{"funder": "government", "share_bp": 10_000}],
        "limits": [{"rule_id": str(new_id())}],
        "valid_days": 7,
    }
    round_ = {
        "round_id": str(new_id()),
        "kind_code": "dining-50",
        "name_zh": "第一轮",
        "name_en": "Round",
        "opens_at": to_wire(opens),
        "closes_at": to_wire(opens + timedelta(hours=8)),
        "pieces": 10,
    }
    plan = {"title_zh": "活动", "title_en": "Campaign", "kinds": [kind], "rounds": [round_]}
    return plan | changed


async def test_a_plan_carries_its_brake_and_its_ceilings_and_a_wrong_limit_is_told(county: County) -> None:
    path = f"/api/v1/office/campaigns/{new_id()}"
    async with (
        serving(county) as application,
        calling(application, cookie=await staff_cookie(county, Role.OFFICE)) as client,
    ):
        for limit, pointer in (
            ({"warn": 1_000, "pause": 900, "minutes": 10}, "/brake/burn_rate/pause"),
            ({"warn": 0, "minutes": 10}, "/brake/burn_rate/warn"),
            ({"warn": 1_000, "minutes": 1_441}, "/brake/burn_rate/minutes"),
            ({"warn": 1_000, "minutes": 10, "scope": "refunds"}, "/brake/burn_rate/scope"),
            ({"warn": 1_000, "minutes": 10, "most": 5}, "/brake/burn_rate/most"),
        ):
            refused = await client.put(path, json=asked(county, brake={"burn_rate": limit}))
            assert refused.status_code == 400
            assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
        brake = {"burn_rate": {"warn": 700, "pause": 900, "minutes": 5}, "merchant_pace": None, "grace_minutes": 30}
        plan = asked(county, brake=brake, ceilings={"platform_fen": 12_300})
        assert (await client.put(path, json=plan)).status_code == 200
        board = (await client.get(f"{path}/board")).json()
        assert board["plan"]["brake"]["burn_rate"] == {
            "warn": 700,
            "pause": 900,
            "minutes": 5,
            "least": 0,
            "scope": "everything",
        }
        assert board["plan"]["brake"]["merchant_pace"] is None
        assert board["plan"]["brake"]["refund_rate"]["scope"] == "claims"
        assert board["plan"]["ceilings"] == {"platform_fen": 12_300, "merchant_fen": None, "advance_fen": None}
        assert (board["alerts"], board["pause_scope"]) == ([], "none")
        # Without money there are no lines yet, and nothing can be issued.
        told = (await client.get(f"{path}/exposure")).json()
        assert (told["lines"], told["prior_rate_bp"], told["prior_weight"]) == ([], 7_000, 50)
        assert (await client.get(f"/api/v1/office/campaigns/{new_id()}/exposure")).status_code == 404


async def test_the_board_tells_the_alerts_in_words_and_the_exposure_adds_up(county: County, clock: HandClock) -> None:
    of = await braked(county, clock, replace(SILENT, burn_rate=BrakeLimit(warn=1, pause=2_500, minutes=10, least=5)))
    await of.buy(10)
    await CampaignWatch()(county, clock())
    async with (
        serving(county) as application,
        calling(application, cookie=await staff_cookie(county, Role.AUDITOR)) as client,
    ):
        path = f"/api/v1/office/campaigns/{of.campaign_id}"
        board = (await client.get(f"{path}/board")).json()
        assert (board["state"], board["pause_scope"]) == ("paused", "everything")
        pause, warn = board["alerts"]
        assert (pause["level"], warn["level"]) == ("pause", "warn")
        assert pause["told_zh"] == "消耗速度：25.00%（线 25.00%）。10 分钟核销 10 笔 500.00 元，总额 2000.00 元"
        assert pause["told_en"] == "burn rate: 25.00% (limit 25.00%). 10 for 500.00 of 2000.00 yuan in 10 min"
        assert (pause["merchant_id"], pause["merchant_zh"], pause["ended_at"]) == (None, "", None)
        told = (await client.get(f"{path}/exposure")).json()
        for line in told["lines"]:
            parts = ("free_fen", "open_fen", "owed_fen", "paid_fen")
            assert sum(line[part] for part in parts) == line["funded_fen"] == 200_000
            assert (line["redeemed_fen"], line["worst_fen"]) == (50_000, 200_000)
        assert [payer["stands"] for payer in told["payers"]] == ["within"]
