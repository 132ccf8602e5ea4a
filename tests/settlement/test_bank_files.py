"""Files to banks and from them: what leaves for a run that was sent, and what an answer moves, row by row."""

from base64 import b64encode
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from msgspec.structs import replace

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.ledger.rules import Funder
from backend.settlement.papers.payout_files import NamedFile
from backend.settlement.papers.templates import PayoutTemplate
from backend.settlement.payout_paper import RunPaper, handed_over
from backend.settlement.payouts import PrepareRun, prepare_run
from backend.settlement.rules import BatchState, SettlementReason
from tests.databases import HandClock
from tests.identity.sessions import staff_cookie
from tests.settlement.cycles import (
    CLERK,
    TEMPLATE,
    close,
    every_batch,
    money,
    opened,
    prepared,
    sent,
    spent,
    with_account,
)
from tests.settlement.desk_calls import account_number, got, told
from tests.settlement.papers_made import PAYOUT, answer, shipped
from tests.settlement.papers_made import row as payment
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import counter
from tests.web.client import calling, serving

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
OFFICE = "/api/v1/office"
ANSWERS = f"{OFFICE}/bank-answers"
RESULTS = "results-rural-bank-gbk"


async def waiting(county: County, clock: HandClock) -> UUID:
    campaign_id, round_id, shop, people = await opened(county, pieces=2, people=2)
    for one in people:
        await spent(county, round_id, one, shop)
    await close(county, clock, MONDAY)
    return campaign_id


async def test_a_runs_files_are_there_once_it_is_sent_and_the_trail_tells_who_took_them(
    county: County, clock: HandClock
) -> None:
    campaign_id = await waiting(county, clock)
    run = await prepared(county, campaign_id)
    files = f"{OFFICE}/payout-runs/{run.run_id}/files"
    early = await got(county, files)
    assert (early.status_code, early.json()["reason"]) == (409, "wrong-state")
    decision = {"decision_id": str(new_id()), "send": True}
    decided = await told(county, f"{OFFICE}/payout-runs/{run.run_id}/decisions", decision, Role.REVIEWER)
    assert decided.status_code == 201
    shown = (await got(county, f"{OFFICE}/payout-runs/{run.run_id}")).json()
    [batch] = shown["batches"]
    assert (shown["run"]["state"], batch["amount_fen"], batch["reference"]) == ("sent", 10_000, "20261123000001")
    first, again = await got(county, files), await got(county, files)
    assert first.content == again.content
    assert first.headers["content-type"].startswith("text/csv")
    assert first.headers["cache-control"] == "no-store"
    text = first.content.decode("gbk")
    number = await account_number(county, UUID(batch["merchant_id"]))
    assert f"{number},苟定邦" in text
    assert "100.00,人民币" in text
    assert text.rstrip().endswith("合计,1,100.00")
    taken = await inquire(county, find, Find(act="settlement.fetch-payout-files"))
    assert [entry.subject_id for entry in taken] == [str(run.run_id)] * 2


async def test_a_run_that_was_sent_back_has_no_files(county: County, clock: HandClock) -> None:
    campaign_id = await waiting(county, clock)
    run = await prepared(county, campaign_id)
    back = {"decision_id": str(new_id()), "send": False, "note": "账户待核"}
    decided = await told(county, f"{OFFICE}/payout-runs/{run.run_id}/decisions", back, Role.REVIEWER)
    assert decided.json()["state"] == "sent_back"
    none = await got(county, f"{OFFICE}/payout-runs/{run.run_id}/files")
    assert (none.status_code, none.json()["reason"]) == (409, "wrong-state")


async def test_a_run_that_no_file_of_its_form_can_carry_is_not_prepared(county: County, clock: HandClock) -> None:
    campaign_id, round_id, _, [me] = await opened(county, pieces=1)
    shop = await counter(county, order=2, places=False)
    await with_account(county, shop, order=2, holder="𠮷定邦")
    await spent(county, round_id, me, shop)
    await close(county, clock, MONDAY)
    clock.forward(days=1)
    asked = PrepareRun(
        run_id=new_id(), campaign_id=campaign_id, payer=Funder.GOVERNMENT, template=TEMPLATE, actor=CLERK
    )
    refused = await transact(county, prepare_run, asked)
    assert isinstance(refused, Refused)
    assert refused.reason is SettlementReason.FILE_FAULTY
    assert refused.detail.startswith("第 1 行 𠮷定邦“收款户名”：“𠮷”不在 GBK 字符集里")
    assert [batch.state for batch in await every_batch(county)] == [BatchState.PENDING]
    body = {"run_id": str(new_id()), "campaign_id": str(campaign_id), "template": TEMPLATE}
    answered = await told(county, f"{OFFICE}/payout-runs", body)
    assert (answered.status_code, answered.json()["reason"]) == (409, "file-faulty")
    as_spreadsheet = body | {"template": "payout-state-bank-xlsx"}
    assert (await told(county, f"{OFFICE}/payout-runs", as_spreadsheet)).status_code == 201


def test_a_run_that_is_split_into_files_is_handed_over_as_one_zip() -> None:
    template = shipped(TEMPLATE)
    assert isinstance(template, PayoutTemplate)
    one_each = replace(template, rows_per_file=1)
    paper = RunPaper(template=one_each, rows=(payment(1), payment(2)), payout=PAYOUT)
    file, again = handed_over(paper), handed_over(paper)
    assert isinstance(file, NamedFile)
    assert file == again
    assert (file.name, file.media_type, file.rows) == ("payout-JL20261009-1.zip", "application/zip", 2)
    with ZipFile(BytesIO(file.content)) as bundle:
        found = {name: bundle.read(name).decode("gbk") for name in bundle.namelist()}
    assert list(found) == ["DF20261009-JL20261009-1-01.csv", "DF20261009-JL20261009-1-02.csv"]
    assert all(text.rstrip().endswith("合计,1,1234.56") for text in found.values())


def row(reference: str, amount: int, state: str, **more: str) -> dict[str, Any]:
    return {"reference": reference, "amount": amount, "state": state, **more}


def results(*rows: dict[str, Any], **of: Any) -> dict[str, Any]:
    """The body of an import of a bank's result file with these rows."""
    file = b64encode(answer(shipped(RESULTS), rows)).decode()  # type: ignore[arg-type]  # it is one of results
    return {"import_id": str(new_id()), "template": RESULTS, "file": file} | of


async def test_a_banks_answers_end_each_batch_once_and_the_same_file_again_is_known(
    county: County, clock: HandClock
) -> None:
    campaign_id, round_id, shop, people = await opened(county, pieces=2, people=2)
    other = await counter(county, order=2, places=False)
    await with_account(county, other, order=2)
    for one, at in zip(people, (shop, other), strict=True):
        await spent(county, round_id, one, at)
    await close(county, clock, MONDAY)
    clock.forward(days=1)
    first, second = await sent(county, campaign_id)
    good = row("20261123000001", 5_000, "交易成功", serial="S1")
    bad = row("20261123000002", 5_000, "已退汇", reason="户名不符")
    body = results(good, bad)
    report = await told(county, ANSWERS, body)
    assert (report.status_code, report.json()["faults"]) == (201, [])
    assert [report.json()[key] for key in ("recorded", "accepted", "rejected", "pending", "known")] == [
        True,
        1,
        1,
        0,
        0,
    ]
    found = {batch.batch_id: batch for batch in await every_batch(county)}
    assert (found[first.batch_id].state, found[first.batch_id].bank_serial) == (BatchState.ACCEPTED, "S1")
    assert (found[second.batch_id].state, found[second.batch_id].bank_reason) == (BatchState.REJECTED, "户名不符")
    assert [one.repeats_id for one in found.values() if one.state is BatchState.PENDING] == [second.batch_id]
    assert await money(county) == {"fund.bank": 5_000, "merchant.payable": 5_000}
    repeated = await told(county, ANSWERS, body | {"import_id": str(new_id())})
    assert (repeated.status_code, repeated.json()["known"], repeated.json()["accepted"]) == (201, 2, 0)
    assert await money(county) == {"fund.bank": 5_000, "merchant.payable": 5_000}
    assert await faults(county) == []


async def test_a_payment_that_the_bank_has_not_decided_changes_nothing(county: County, clock: HandClock) -> None:
    campaign_id = await waiting(county, clock)
    await sent(county, campaign_id)
    before = await money(county)
    report = await told(county, ANSWERS, results(row("20261123000001", 10_000, "处理中")))
    assert [report.json()[key] for key in ("accepted", "rejected", "pending", "known")] == [0, 0, 1, 0]
    assert await money(county) == before
    [batch] = await every_batch(county)
    assert batch.state is BatchState.SENT


async def test_one_row_that_cannot_be_read_keeps_the_whole_file_from_moving_anything(
    county: County, clock: HandClock
) -> None:
    campaign_id = await waiting(county, clock)
    await sent(county, campaign_id)
    before = await money(county)
    report = await told(
        county, ANSWERS, results(row("20261123000001", 10_000, "成功"), row("20261123000009", 1, "不知道"))
    )
    assert (report.status_code, report.json()["recorded"]) == (200, False)
    [fault] = report.json()["faults"]
    assert (fault["row"], fault["column"], fault["zh"][:7]) == (3, "处理结果", "不认识“不知道")
    assert await money(county) == before


@pytest.mark.parametrize(
    ("told_row", "column", "zh"),
    [
        (row("20261123000077", 10_000, "成功"), "客户流水号", "没有这个付款批次"),
        (row("20261124000001", 10_000, "成功"), "客户流水号", "没有这个付款批次"),
        (row("JL-1", 10_000, "成功"), "客户流水号", "“JL-1”不是本县付款文件里的编号"),
        (row("20261123000001", 9_999, "成功"), "金额", "应为 100.00 元"),
    ],
)
async def test_a_row_of_no_batch_of_ours_is_told_with_its_place_and_moves_nothing(
    county: County, clock: HandClock, told_row: dict[str, Any], column: str, zh: str
) -> None:
    campaign_id = await waiting(county, clock)
    await sent(county, campaign_id)
    before = await money(county)
    report = await told(county, ANSWERS, results(told_row))
    [fault] = report.json()["faults"]
    assert (fault["row"], fault["column"]) == (2, column)
    assert fault["zh"].startswith(zh)
    assert fault["en"]
    assert await money(county) == before


async def test_an_answer_that_turns_round_is_told_and_moves_nothing(county: County, clock: HandClock) -> None:
    campaign_id = await waiting(county, clock)
    await sent(county, campaign_id)
    await told(county, ANSWERS, results(row("20261123000001", 10_000, "成功")))
    before = await money(county)
    report = await told(county, ANSWERS, results(row("20261123000001", 10_000, "失败")))
    assert report.json()["faults"] == [
        {
            "row": 2,
            "column": "处理结果",
            "zh": "这个批次已到账，请与银行核对",
            "en": "the batch was paid: ask the bank",
        }
    ]
    assert await money(county) == before


async def test_a_file_of_an_unknown_form_and_an_id_used_for_another_are_refused(
    county: County, clock: HandClock
) -> None:
    campaign_id = await waiting(county, clock)
    await sent(county, campaign_id)
    for path in (ANSWERS, f"{OFFICE}/acquirer-statements"):
        unknown = await told(county, path, results(row("1", 1, "成功"), template="telegraph"))
        assert (unknown.status_code, unknown.json()["reason"]) == (409, "no-such-template")
    body = results(row("20261123000001", 10_000, "处理中"))
    cookie = await staff_cookie(county, Role.OFFICE)
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        assert (await client.post(ANSWERS, json=body)).status_code == 201
        assert (await client.post(ANSWERS, json=body)).status_code == 200
        other = results(row("20261123000001", 10_000, "成功"), import_id=body["import_id"])
        reused = await client.post(ANSWERS, json=other)
    assert (reused.status_code, reused.json()["reason"]) == (409, "id-reused")
    assert (await money(county))["merchant.payable"] == 10_000


async def test_the_forms_of_files_are_listed_by_what_they_are_for(county: County) -> None:
    listed = (await got(county, f"{OFFICE}/bank-templates", Role.AUDITOR)).json()["items"]
    kinds = [one["kind"] for one in listed]
    assert {kind: kinds.count(kind) for kind in kinds} == {"acquirer": 3, "payout": 3, "results": 3}
    nobody = await got(county, f"{OFFICE}/payout-runs/{new_id()}")
    assert (nobody.status_code, nobody.json()["reason"]) == (404, "no-such-run")
