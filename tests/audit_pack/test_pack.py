"""A campaign's audit pack is checked without us, tells everything, and names nobody."""

import asyncio
import csv
import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path

from backend.audit_pack.make_pack import MakePack, making, opened_pack
from backend.database.county import County
from backend.demonstration.unassignable import bank_account
from backend.kernel.ids import new_id
from backend.settlement.papers.verify_books import faults_of, rows
from backend.settlement.papers.verify_pack import faults_of as pack_faults_of
from tests.audit_pack.packed import SEED, key_of, lived, unpacked, verified
from tests.databases import HandClock
from tests.settlement.cycles import opened, spent
from tests.vouchers.campaigns import running_campaign


async def test_a_pack_checks_itself_without_us(county: County, clock: HandClock, tmp_path: Path) -> None:
    life = await lived(county, clock)
    pack = await unpacked(county, life.campaign_id, tmp_path)
    assert faults_of(str(pack)) == []
    good = verified(pack, "--key", key_of(county))
    assert (good.returncode, good.stderr) == (0, "")
    assert "全部相符" in good.stdout


async def test_a_flipped_byte_anywhere_in_a_pack_is_found(county: County, clock: HandClock, tmp_path: Path) -> None:
    life = await lived(county, clock)
    pack = await unpacked(county, life.campaign_id, tmp_path)
    chance = random.Random(20261201)
    files = sorted(path for path in pack.rglob("*") if path.is_file())
    assert len(files) > 35
    for path in files:
        whole = path.read_bytes()
        places = {0, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(6))}
        for place in places:
            flipped = whole[place] ^ (1 << chance.randrange(8))
            path.write_bytes(whole[:place] + bytes([flipped]) + whole[place + 1 :])
            assert pack_faults_of(str(pack), key_of(county)), (path, place)
        for shorter in (whole[:-1], whole[: len(whole) // 2], b"", whole + b"\n"):
            path.write_bytes(shorter)
            assert pack_faults_of(str(pack), key_of(county)), path
        path.unlink()
        assert pack_faults_of(str(pack), key_of(county)), path
        path.write_bytes(whole)
    (pack / "sample" / "more.json").write_bytes(b"{}")
    assert pack_faults_of(str(pack), key_of(county)) == ["多出文件 · additional: sample/more.json"]
    (pack / "sample" / "more.json").unlink()
    assert pack_faults_of(str(pack), key_of(county)) == []


TAMPERED: dict[str, tuple[str, Callable[[list[list[str]]], object], str]] = {
    "a transfer of another amount": ("ledger/transfers.csv", lambda t: put(t, 1, "amount_fen", "69999"), "余额不等于"),
    "a transfer left out": ("ledger/transfers.csv", lambda t: t.pop(), "余额不等于"),
    "a transfer told twice": ("ledger/transfers.csv", lambda t: t.append(t[-1]), "分录不成立"),
    "another balance": ("ledger/accounts.csv", lambda t: put(t, -1, "balance_fen", "1"), "余额不等于"),
    "an end left out": ("ledger/pending-ends.csv", lambda t: t.pop(), "在途金额不符"),
    "a voucher used that was not": ("vouchers.csv", lambda t: put(t, 1, "state", "redeemed"), "在手券与账不符"),
    "a voucher left out": ("vouchers.csv", lambda t: t.pop(), "轮次发放数不符"),
    "a share of another amount": ("shares.csv", lambda t: put(t, 3, "amount_fen", "3499"), "承担之和不等于"),
    "more came back than was paid": ("shares.csv", lambda t: put(t, 3, "refunded_fen", "3501"), "退回多于承担"),
    "a redemption left out": ("redemptions.csv", lambda t: t.pop(), "承担之和不等于"),
    "an event of another amount": ("settlement/events.csv", lambda t: put(t, 3, "paid_fen", "0"), "分项不符"),
    "an event cancelled": ("settlement/events.csv", lambda t: put(t, 4, "state", "cancelled"), "结算事项与核销不符"),
    "a line of another amount": (
        "settlement/lines.csv",
        lambda t: put(t, 1, "amount_fen", "3499"),
        "计价明细与事项不符",
    ),
    "a line left out": ("settlement/lines.csv", lambda t: t.pop(), "缺少计价明细"),
    "a batch of another amount": ("settlement/batches.csv", lambda t: put(t, 2, "amount_fen", "1"), "批次与明细不符"),
    "a rejected batch accepted": ("settlement/batches.csv", lambda t: put(t, 1, "state", "accepted"), "批次与明细不符"),
    "a repeat that repeats nothing": ("settlement/batches.csv", lambda t: put(t, 3, "repeats_id", ""), "应重办一次"),
    "a clearing day of another sum": ("settlement/clearing-days.csv", lambda t: put(t, 1, "total_fen", "1"), "清算日"),
    "a payout that was none": ("settlement/batches.csv", lambda t: put(t, 2, "state", "accepted"), "应付商户与账不符"),
    "another sample": ("sample.csv", lambda t: t.pop(), "抽样不符"),
    "a block left out": ("chain/blocks.csv", lambda t: t.pop(1), "链在此断开"),
    "a block of another moment": ("chain/blocks.csv", lambda t: put(t, 1, "at", "2026-01-01T00:00:00Z"), "链在此断开"),
    "a digest left out": ("chain/digests.csv", lambda t: t.pop(2), "链块与条目不符"),
    "another digest": ("chain/digests.csv", lambda t: put(t, 1, "digest", "00" * 32), "链块与条目不符"),
}


def put(table: list[list[str]], row: int, column: str, value: str) -> None:
    """Write another value into a table."""
    table[row][table[0].index(column)] = value


async def test_books_that_contradict_each_other_are_found_whoever_signed_them(
    county: County, clock: HandClock, tmp_path: Path
) -> None:
    life = await lived(county, clock)
    pack = await unpacked(county, life.campaign_id, tmp_path)
    for what, (name, change, told) in TAMPERED.items():
        path = pack / name
        whole = path.read_bytes()
        table = list(csv.reader(whole.decode("utf-8-sig").splitlines()))
        change(table)
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(table)
        assert any(told in fault for fault in faults_of(str(pack))), (what, faults_of(str(pack)))
        path.write_bytes(whole)
    entries = pack / "chain" / "entries.jsonl"
    entries.write_text(entries.read_text("utf-8").replace("campaign.fund", "campaign.fume"), "utf-8")
    assert any("审计条目被改" in fault for fault in faults_of(str(pack)))


async def test_nobody_is_recognised_by_a_pack_and_the_county_alone_resolves_it(
    county: County, clock: HandClock, tmp_path: Path
) -> None:
    life = await lived(county, clock)
    first_id, second_id = new_id(), new_id()
    first = await unpacked(county, life.campaign_id, tmp_path, pack_id=first_id, sample=9)
    second = await unpacked(county, life.campaign_id, tmp_path, pack_id=second_id, sample=9)
    people = [holder.resident_id for holder in life.people]
    words = ["顾客退单", "商户多刷一笔", "苟定邦", bank_account(1), "15402000001", "15402000002", "15402000003"]
    words += [told for resident_id in people for told in (str(resident_id), resident_id.hex)]
    for path in (one for one in first.rglob("*") if one.is_file()):
        content = path.read_bytes()
        assert [word for word in words if word.encode() in content] == [], path
    told = [{row["resident"] for row in rows(str(pack), "redemptions.csv")} for pack in (first, second)]
    assert (len(told[0]), told[0] & told[1]) == (3, set())
    keys = county.keys
    assert told[0] == {keys.keyed_hash("audit-pack", f"{first_id}/{one}").hex()[:24] for one in people}


async def test_a_sample_is_drawn_again_from_the_list_by_anybody(
    county: County, clock: HandClock, tmp_path: Path
) -> None:
    life = await lived(county, clock)
    pack = await unpacked(county, life.campaign_id, tmp_path, sample=4)
    redemptions = [row["id"] for row in rows(str(pack), "redemptions.csv")]
    assert sorted(redemptions) == sorted(map(str, life.redemptions))
    ordered = sorted(redemptions, key=lambda one: hashlib.sha256(f"{SEED}\n{one}".encode()).hexdigest())
    assert [row["redemption_id"] for row in rows(str(pack), "sample.csv")] == ordered[:4]
    shown = json.loads((pack / "sample" / f"{ordered[0]}.json").read_text("utf-8"))
    assert shown["redemptions"][0]["id"] == ordered[0]
    assert {entry["act"] for entry in shown["trail"]} >= {"voucher.claim", "voucher.redeem"}
    assert [len(shown[part]) for part in ("vouchers", "shares")] == [1, 2]
    campaign = json.loads((pack / "campaign.json").read_text("utf-8"))
    assert (campaign["seed"], campaign["sample"], campaign["state"]) == (SEED, 4, "running")


async def test_a_pack_is_one_moment_while_the_county_goes_on(county: County, clock: HandClock, tmp_path: Path) -> None:
    campaign_id, round_id, shop, people = await opened(county, pieces=50, people=20)
    for holder in people[:10]:
        await spent(county, round_id, holder, shop)
    making_one = asyncio.create_task(unpacked(county, campaign_id, tmp_path, sample=50))
    for holder in people[10:]:
        await spent(county, round_id, holder, shop)
    pack = await making_one
    assert faults_of(str(pack)) == []
    assert 10 <= sum(1 for _ in rows(str(pack), "redemptions.csv")) <= 20


async def test_a_campaign_without_any_redemption_has_a_pack_and_an_unknown_one_has_none(
    county: County, tmp_path: Path
) -> None:
    campaign_id = new_id()
    await running_campaign(county, campaign_id=campaign_id)
    pack = await unpacked(county, campaign_id, tmp_path)
    assert verified(pack, "--key", key_of(county)).returncode == 0
    unknown = MakePack(pack_id=new_id(), campaign_id=new_id(), seed=SEED, sample=3, at=county.clock())
    assert await asyncio.to_thread(opened_pack, county, unknown) is None
    assert list(county.folder.glob(".audit-pack-*")) == []


async def test_what_a_crash_has_left_is_removed_and_what_another_process_makes_is_not(county: County) -> None:
    left = county.folder / ".audit-pack-left"
    (left / "members").mkdir(parents=True)
    with making(county) as busy:
        assert not left.exists()
        with making(county) as other:
            assert busy.exists()
            assert other != busy
    assert not busy.exists()
