"""What somebody outside is told of a trade-in campaign: its notice's words, its pack, and what the audit finds."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy import update

from backend.commands.audit import Examine, examine
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.instants import Instant
from backend.notices.find_notice import AskNotice, find_notice
from backend.settlement.papers.verify_books import faults_of, rows
from backend.settlement.rules import EventState
from backend.settlement.store import events
from backend.trade_in.rules import DossierState
from backend.trade_in.tables import trade_in_dossiers
from backend.vouchers.trade_in_rules import Appliance, OldAppliance
from tests.audit_pack.packed import key_of, unpacked, verified
from tests.databases import HandClock
from tests.settlement.cycles import answered, close, sent
from tests.trade_in.subsidies import Shops, filed, papers, reviewed, selling, sold
from tests.vouchers.campaigns import faults

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


async def lived(county: County, clock: HandClock) -> tuple[Shops, list[UUID]]:
    """(shops, redemptions): one approved and paid, one that waits, one rejected."""
    of = await selling(county, people=3)
    bought = [await sold(county, of, person=person, shop=person % 2) for person in range(3)]
    first = await filed(county, of, bought[0], papers(1))
    await filed(county, of, bought[1], papers(2), shop=1)
    third = await filed(county, of, bought[2], papers(3))
    await reviewed(county, first)
    await reviewed(county, third, DossierState.REJECTED)
    await close(county, clock, MONDAY)
    clock.forward(days=1)
    await answered(county, await sent(county, of.campaign_id), accepted=True)
    return of, bought


async def test_the_notice_says_what_is_subsidised_on_what_model_and_when_shops_are_paid(county: County) -> None:
    of = await selling(county, old_appliance=OldAppliance.WAIVABLE)
    notice = await inquire(county, find_notice, AskNotice(campaign_id=of.campaign_id, at=county.clock()))
    assert notice is not None
    fridge = notice.kinds[0]
    assert fridge.rules_zh[:4] == (
        "以旧换新补贴，参照 2025 年家电以旧换新政策设计：补贴冰箱，限能效（水效）等级 1、2 级。",
        "要交回旧家电；没有旧机的，由商户写明原因。",
        "补贴在柜台当场减免；商户 30 天内提交发票、型号和序列号等资料，县里审核通过后才付给商户。",
        "不设门槛，减去消费金额的 15%，最多减 2000 元。",
    )
    assert "modelled on the policy of 2025, for: refrigerator" in fridge.rules_en[0]
    assert "活动期间每人限领 3 张。" in notice.kinds[2].rules_zh


TAMPERED: dict[str, tuple[str, Callable[[list[dict[str, str]]], object], str]] = {
    "a review left out": ("settlement/reviews.csv", lambda t: t.clear(), "未经审核即付款"),
    "a dossier approved that was not": (
        "trade-in/dossiers.csv",
        lambda t: t[1].update(state="approved"),
        "审核与资料不符",
    ),
    "a serial number that lives twice": (
        "trade-in/dossiers.csv",
        lambda t: t[1].update(serial_no=t[0]["serial_no"]),
        "序列号重复",
    ),
}


async def test_a_pack_tells_every_dossier_and_finds_what_was_paid_without_one(
    county: County, clock: HandClock, tmp_path: Path
) -> None:
    of, bought = await lived(county, clock)
    pack = await unpacked(county, of.campaign_id, tmp_path)
    assert verified(pack, "--key", key_of(county)).returncode == 0
    told = {row["redemption_id"]: row["state"] for row in rows(str(pack), "trade-in/dossiers.csv")}
    assert told == {str(bought[0]): "approved", str(bought[1]): "filed", str(bought[2]): "rejected"}
    assert "以旧换新：冰箱，能效（水效）1、2 级" in (pack / "rules" / "version-1.txt").read_text("utf-8")
    for what, (name, change, fault) in TAMPERED.items():
        path = pack / name
        whole = path.read_bytes()
        table = list(rows(str(pack), name))
        columns = list(table[0])
        change(table)
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, columns)
            writer.writeheader()
            writer.writerows(table)
        assert any(fault in one for one in faults_of(str(pack))), (what, faults_of(str(pack)))
        path.write_bytes(whole)
    assert faults_of(str(pack)) == []


async def changed(county: County, dossier_id: UUID, **values: object) -> None:
    """Somebody changes a dossier behind the program's back."""

    async def act(tx: Transaction, _asked: None, *, now: Instant) -> None:
        await tx.execute(update(trade_in_dossiers).where(trade_in_dossiers.c.id == dossier_id).values(values))

    await transact(county, act, None)


async def test_the_audit_finds_money_without_a_review_and_dossiers_unlike_their_sales(
    county: County, clock: HandClock
) -> None:
    of, bought = await lived(county, clock)
    assert await faults(county) == []
    waiting = await filed(county, of, await sold(county, of, person=1, appliance=Appliance.TELEVISION), papers(4))
    for values, told in (
        ({"appliance": "computer"}, f"dossier {waiting} is of a computer, its voucher of a television"),
        ({"energy_level": 5}, "has an energy label of level 5"),
        ({"state": "approved", "decided_by": UUID(int=9)}, "settlement was told otherwise"),
    ):
        before = {"appliance": "television", "energy_level": 1, "state": "filed", "decided_by": None}
        await changed(county, waiting, **values)
        assert any(told in fault for fault in await faults(county)), told
        await changed(county, waiting, **before)
        assert await faults(county) == []

    async def slip(tx: Transaction, _asked: None, *, now: Instant) -> None:
        await events.set_state(tx, [bought[1]], EventState.PRICED)

    await transact(county, slip, None)
    await close(county, clock, TUESDAY)
    found = [fault for fault in await faults(county) if "nobody approved its papers" in fault]
    assert found == [f"invariant 8: redemption {bought[1]} is in a payout batch, though nobody approved its papers"]
    figures = await inquire(county, examine, Examine(county.clock()), frozen=True)
    assert found[0] in figures.faults
