"""快报: the day's figures are those that the books had at its end, and what is small is not told."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.ledger.audit import AuditLedger, audit_ledger
from backend.merchants.rules import Trade
from backend.notices.bulletin_rules import Bulletin, text_of
from backend.notices.find_bulletin import AskBulletin, find_bulletin
from backend.notices.find_notice import AskNotice, find_notice
from backend.notices.rules import Notice
from backend.vouchers.refund_rules import RolledBack
from backend.vouchers.rules import Limit
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from tests.databases import HandClock
from tests.identity.sessions import staff_cookie
from tests.notices.makers import drafted, published
from tests.settlement.cycles import close, opened, spent
from tests.vouchers.campaigns import CLERK, faults
from tests.vouchers.counters import Phone, counter, undo, voucher
from tests.web.client import calling, serving

FRIDAY, SATURDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 23)


async def told(county: County, campaign_id: UUID, day: date) -> Bulletin:
    asked = AskBulletin(campaign_id=campaign_id, day=day, at=county.clock())
    found = await inquire(county, find_bulletin, asked)
    assert found is not None
    return found


async def noticed(county: County, campaign_id: UUID) -> Notice:
    found = await inquire(county, find_notice, AskNotice(campaign_id=campaign_id, at=county.clock()))
    assert found is not None
    return found


async def compare(county: County, campaign_id: UUID, found: Bulletin) -> None:
    """The bulletin of today, against the notice of this moment and the ledger's own recount."""
    notice = await noticed(county, campaign_id)
    report = await inquire(county, audit_ledger, AuditLedger())
    standing: dict[str, int] = {}
    for key, fen in report.balances.items():
        kind = key.partition("/")[0]
        standing[kind] = standing.get(kind, 0) + fen
    assert found.left_fen == standing["budget.line"] + standing["fund.unallocated"] == notice.money.left_fen
    assert found.open_fen == standing["voucher.open"] + standing.get("voucher.held", 0) == notice.money.open_fen
    assert (found.issued, found.redeemed) == (notice.pieces.issued, notice.pieces.redeemed)
    assert (found.public_fen, found.spent) == (notice.money.redeemed_fen, notice.spent)


async def busy(county: County, clock: HandClock) -> tuple[UUID, UUID, list[UUID], list[Phone], list[UUID]]:
    """Six meals and two purchases on Friday, one of them undone on Saturday, on which six more come."""
    limits = (Limit(rule_id=new_id(), most=9),)
    campaign_id, round_id, shop, people = await opened(county, people=8, pieces=40, limits=limits)
    store = await counter(county, order=2, trade=Trade.RETAIL, places=False)
    done = [await spent(county, round_id, one, shop) for one in people[:6]]
    done += [await spent(county, round_id, one, store) for one in people[6:]]
    await voucher(county, round_id, people[0])
    return campaign_id, round_id, [shop, store], people, done


async def test_the_figures_of_a_day_that_is_over_are_those_the_books_had_at_its_end(
    county: County, clock: HandClock
) -> None:
    campaign_id, round_id, shops, people, done = await busy(county, clock)
    friday = await told(county, campaign_id, FRIDAY)
    assert (friday.issued, friday.issued_today, friday.redeemed, friday.redeemed_today) == (9, 9, 8, 8)
    assert (friday.public_fen, friday.public_today_fen) == (40_000, 40_000)
    assert (friday.is_over, friday.as_of, friday.trades) == (False, clock.at, ())
    await compare(county, campaign_id, friday)

    await close(county, clock, SATURDAY)
    for one in people[:6]:
        await spent(county, round_id, one, shops[1], bill_fen=30_000)
    assert isinstance(await undo(county, done[0], shops[0]), RolledBack)
    saturday = await told(county, campaign_id, SATURDAY)
    assert (saturday.issued, saturday.issued_today, saturday.redeemed, saturday.redeemed_today) == (15, 6, 13, 5)
    assert (saturday.public_fen, saturday.public_today_fen) == (65_000, 25_000)
    await compare(county, campaign_id, saturday)

    again = await told(county, campaign_id, FRIDAY)
    kept = [
        *("issued", "issued_today", "redeemed", "redeemed_today", "public_fen", "public_today_fen"),
        *("spent", "left_fen", "open_fen", "funded_fen"),
    ]
    assert {name: getattr(again, name) for name in kept} == {name: getattr(friday, name) for name in kept}
    assert again.is_over
    # What is undone after its day was cleared is an event of its own, of the day on which it happened.
    await close(county, clock, MONDAY)
    assert isinstance(await undo(county, done[1], shops[0]), RolledBack)
    monday = await told(county, campaign_id, MONDAY)
    assert (monday.redeemed, monday.redeemed_today, monday.public_today_fen) == (12, -1, -5_000)
    await compare(county, campaign_id, monday)
    assert await told(county, campaign_id, FRIDAY) == again
    later = await told(county, campaign_id, SATURDAY)
    assert (later.redeemed, later.redeemed_today, later.public_fen) == (13, 5, 65_000)
    assert await faults(county) == []


async def test_small_cells_are_told_with_nobody_and_bills_only_when_they_are_enough(
    county: County, clock: HandClock
) -> None:
    campaign_id, round_id, shops, people, _ = await busy(county, clock)
    clock.forward(days=1)
    friday = await told(county, campaign_id, FRIDAY)
    # Two purchases in shops are hidden by the six meals: a rest of two would be two people's.
    assert friday.trades == ()
    assert "行业前三（累计）：张数还少，暂不分行业" in text_of(friday)
    for one in people[:4]:
        await spent(county, round_id, one, shops[1])
    clock.forward(days=1)
    saturday = await told(county, campaign_id, SATURDAY)
    assert [(cell.key, cell.pieces) for cell in saturday.trades] == [("catering", 6), ("retail", 6)]
    small, _, _, _ = await opened_small(county)
    none = await told(county, small, SATURDAY + timedelta(days=1))
    assert none.spent is None
    assert "拉动：账单还少，暂不公布" in text_of(none)


async def opened_small(county: County) -> tuple[UUID, UUID, UUID, Any]:
    """A campaign with nothing in it."""
    return await published(county), new_id(), new_id(), None


async def test_the_text_says_the_figures_in_a_few_plain_lines(county: County, clock: HandClock) -> None:
    campaign_id, *_ = await busy(county, clock)
    pause = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.PAUSE, reason="核查某某", actor=CLERK)
    clock.forward(hours=4, minutes=5)
    await transact(county, steer_campaign, pause)
    text = text_of(await told(county, campaign_id, FRIDAY))
    assert text.splitlines() == [
        "【筠连县消费券快报】11月20日（周五）",
        "活动：测试活动（截至今日 14:05）",
        "发放：今日 9 张，累计 9 张",
        "核销：今日 8 张，财政优惠 400.00 元；累计 8 张，400.00 元",
        "结余：还能发 1,550.00 元，已发未用 50.00 元",
        "行业前三（截至昨日）：张数还少，暂不分行业",
        "拉动：用券账单 1,600.00 元，毛杠杆 4.00，净杠杆 3.00（毛杠杆＝用券账单总额÷其中的财政优惠；"
        "净杠杆只算优惠以外的部分；退货两边都不算）",
        "异常：14:05 暂停活动",
        "演示数据：人物、商家、号码和金额都是虚构的",
    ]
    clock.forward(days=1)
    later = text_of(await told(county, campaign_id, FRIDAY)).splitlines()
    assert later[1:3] == ["活动：测试活动（截至当日 24:00）", "发放：当日 9 张，累计 9 张"]
    assert "异常：无" in text_of(await told(county, campaign_id, SATURDAY))


async def test_text_and_picture_are_handed_out_for_days_up_to_today(county: County, clock: HandClock) -> None:
    campaign_id, draft = await published(county), await drafted(county)
    cookie = await staff_cookie(county, Role.REVIEWER)
    path = f"/api/v1/office/campaigns/{campaign_id}/bulletin"
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["day"], answer.json()["issued"]) == (200, "2026-11-20", 0)
        assert answer.json()["text"].startswith("【筠连县消费券快报】11月20日（周五）\n活动：惠民券（")
        picture = await client.get(f"{path}.png?day=2026-11-19")
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
        assert picture.content.startswith(b"\x89PNG")
        assert (await client.get(f"{path}.png?day=2026-11-19")).content == picture.content
        for form in ("", ".png"):
            late = await client.get(f"{path}{form}?day=2026-11-21")
            assert (late.status_code, late.json()["errors"][0]["pointer"]) == (400, "day")
            nowhere = await client.get(f"/api/v1/office/campaigns/{draft}/bulletin{form}")
            assert (nowhere.status_code, nowhere.json()["reason"]) == (404, "not-found")
