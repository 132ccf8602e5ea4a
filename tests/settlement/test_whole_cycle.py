"""A campaign from its draft to the archive, through the API and ``yizhan relay --at``, over a weekend and holidays.

Every file, statement, notice and pack is opened as those open it who get it, and compared with the books of others.
"""

import io
from collections import Counter
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from backend.database.county import County
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from tests.audit_pack.packed import SEED, key_of, verified
from tests.databases import HandClock
from tests.merchants.merchant_makers import admission, admitted
from tests.settlement.cycles import every_batch, money, with_account
from tests.settlement.papers_opened import owed_by_the_ledger, payable_on_pdf, sums_on_sheet, text_of_pdf
from tests.settlement.strangers import ANSWERS
from tests.settlement.whole_cycle import FILE, People, at, plan
from tests.settlement.whole_cycle_desk import Desk
from tests.vouchers.counters import counter, phone
from tests.web.client import serving

RURAL, STATE, INSTITUTION = ANSWERS
RESIDENTS = 8
FUNDED_FEN = 31_500
HOLDERS = ("苟定邦", "汪小满")
"""Of the two shops' accounts."""
SHOPS = {"noodles": "老城门豆花饭馆", "teahouse": "玉壶茶馆"}


async def test_a_campaign_from_draft_to_archived(county: County, clock: HandClock, tmp_path: Path) -> None:
    clock.at = at(22, 9)
    shops = [await counter(county), (await admitted(county, admission(order=2, name=SHOPS["teahouse"]))).merchant_id]
    for order, (shop, holder) in enumerate(zip(shops, HOLDERS, strict=True), 1):
        await with_account(county, shop, order=order, holder=holder)
    async with serving(county) as application:
        people = People(county, application, clock)
        await people.hire("clerk", Role.OFFICE)
        await people.hire("cashier", Role.OFFICE)
        await people.hire("reviewer", Role.REVIEWER)
        await people.hire("approver", Role.APPROVER)
        await people.hire("auditor", Role.AUDITOR)
        for name, shop in zip(SHOPS, shops, strict=True):
            await people.hire(name, Role.MERCHANT, merchant_id=shop)
        for number in range(1, RESIDENTS + 1):
            people.ids[f"resident {number}"] = (await phone(county, number)).resident_id
        cycle = Cycle(people)
        await cycle.decide()
        await cycle.first_round()
        await cycle.holiday()
        await cycle.monday()
        await cycle.second_round()
        await cycle.end()
        await cycle.statements(dict(zip(SHOPS, map(str, shops), strict=True)))
        await cycle.notice()
        await cycle.archive(tmp_path)
        await people.audited()


class Cycle(Desk):
    """The chapters of the campaign's life, in their order."""

    async def decide(self) -> None:
        """Plan, three signatures, money proven by a fourth person, run."""
        people = self.people
        drafted = await people.ask("clerk", "PUT", self.path, plan(self.first, self.second))
        assert (drafted.status_code, drafted.json()["version"]) == (200, 1), drafted.text
        for name, step, more in (
            ("clerk", "submit", {}),
            ("reviewer", "review", {}),
            ("approver", "approve", {"document_no": "筠商函〔2026〕9号"}),
        ):
            await people.post(name, f"{self.path}/signatures", decision_id=str(new_id()), version=1, step=step, **more)
        proof = {"document_no": "筠财建〔2026〕1号", "bank_voucher_no": "20260922-01", "file_sha256": FILE}
        funding = {"funding_id": str(new_id()), "version": 1, "amount_fen": FUNDED_FEN, **proof}
        assert await people.refused("clerk", f"{self.path}/funding", **funding) == "same-person"
        await people.post("cashier", f"{self.path}/funding", **funding)
        await self.turn("run")
        await people.audited()
        assert await money(people.county) == {"fund.bank": FUNDED_FEN, "budget.line": FUNDED_FEN}

    async def first_round(self) -> None:
        """Thursday: five claims, four redemptions, one of them refunded in part; a sixth person comes too late."""
        people = self.people
        await people.wait_until(at(24, 10))
        mine = [await people.claim("resident 1", self.first) for _ in range(2)]
        others = [await people.claim(f"resident {number}", self.first) for number in (2, 3, 4)]
        too_late = await people.refused("resident 5", f"/rounds/{self.first}/claims", claim_id=str(new_id()))
        assert too_late == "sold-out"
        people.clock.at = at(24, 12)
        for name, voucher_id in zip(("released", "corrected"), mine, strict=True):
            await self.spend(name, "resident 1", "noodles", voucher_id, 30_000)
        await self.spend("late", "resident 2", "noodles", others[0], 40_000)
        await self.spend("early", "resident 3", "teahouse", others[1], 30_000)
        # Of 6 000 the funders have 1 000: a sixth, as of the bill.
        assert await self.refund("early", "teahouse", 6_000) == 5_000
        await people.audited()

    async def holiday(self) -> None:
        """Friday is Mid-Autumn, then comes the weekend: nobody is cleared, and what nobody used goes back on Sunday."""
        people = self.people
        await people.wait_until(at(25, 12))
        await people.wait_until(at(26, 12))
        assert await every_batch(people.county) == []
        await people.wait_until(at(27, 12))
        assert (await people.get("resident 4", "/me/vouchers"))["items"][0]["state"] == "expired"
        assert await every_batch(people.county) == []

    async def monday(self) -> None:
        """Cleared; flags decided; paid by two people; a payout is rejected by two banks and paid once by a third."""
        people = self.people
        await people.wait_until(at(28, 3))
        assert await self.clear("2026-09-28") == [5_000, 5_000, 5_000, 5_000, -1_000]
        people.clock.at = at(28, 10)
        assert await self.match() == {"lines": 5, "matched": 4}
        held = (await people.get("reviewer", "/office/payout-holds"))["items"]
        flagged = {hold["redemption_id"]: hold["hold_id"] for hold in held}
        assert sorted(flagged) == sorted([self.bought["released"], self.bought["corrected"]])
        nobodys = await people.get("reviewer", f"/office/payout-holds?merchant={new_id()}")
        assert nobodys["items"] == []
        for name, release in (("released", True), ("corrected", False)):
            decision = {"decision_id": str(new_id()), "release": release, "note": "已电话核实"}
            path = f"/office/payout-holds/{flagged[self.bought[name]]}/decisions"
            await people.post("reviewer", path, **decision)
        await self.correct(self.bought["corrected"])
        noodles, teahouse = self.accounts.values()
        ordered = await self.pay("government", RURAL, refused=noodles)
        assert sorted((one.account, one.holder, one.fen) for one in ordered) == sorted(
            [(noodles, HOLDERS[0], 3_500), (teahouse, HOLDERS[1], 2_800)]
        )
        [again] = await self.pay("government", STATE, refused=noodles)
        assert (again.account, again.fen) == (noodles, 3_500)
        assert self.bank.paid == {teahouse: 2_800}
        [third] = await self.pay("government", INSTITUTION)
        assert third.fen == 3_500
        asked = {"run_id": str(new_id()), "campaign_id": str(self.campaign_id), "payer": "government"}
        assert await people.refused("clerk", "/office/payout-runs", **asked, template=RURAL) == "nothing-to-pay"
        assert len({one.reference for one in (*ordered, again, third)}) == 4
        assert await people.refused("clerk", f"{self.path}/settlement", settling_id=str(new_id())) == "wrong-state"
        await self.pay_in()
        await self.pay("platform", STATE)
        assert self.bank.paid == {noodles: 5_000, teahouse: 4_000}
        # What the bank has paid already is owed back, and is set off against what comes next.
        assert await self.refund("late", "noodles", 8_000) == 7_000
        await people.audited()

    async def second_round(self) -> None:
        """Tuesday: what came back is issued again; three are used, one runs out in the National Day holidays."""
        people = self.people
        await people.wait_until(at(29, 3))
        # Monday's late refund and the correction stand in Tuesday's file under their own day.
        assert await self.clear("2026-09-29") == [-1_000, -5_000]
        tuesday = [line for line in self.cleared if line["day"] == "2026-09-29"]
        assert {(line["kind"], line["business_day"], line["payer"], line["amount_fen"]) for line in tuesday} == {
            ("refund", "2026-09-28", "government", "-700"),
            ("refund", "2026-09-28", "platform", "-300"),
            ("incident", "2026-09-28", "government", "-3500"),
            ("incident", "2026-09-28", "platform", "-1500"),
        }
        await people.wait_until(at(29, 10))
        claimed = [await people.claim(f"resident {number}", self.second) for number in (5, 6, 7, 8)]
        people.clock.at = at(29, 18)
        for number, shop, bill_fen in ((5, "teahouse", 25_000), (6, "noodles", 50_000), (7, "teahouse", 22_000)):
            name = f"resident {number}"
            await self.spend(name, name, shop, claimed[number - 5], bill_fen)
        # Monday's late refund is told of only now: what was matched stays so. Without this, 500 yuan would be held.
        assert await self.match() == {"lines": 4, "matched": 4}
        await people.wait_until(at(30, 3))
        assert await self.clear("2026-09-30") == [5_000, 5_000, 5_000]
        ordered = await self.pay("government", RURAL)
        await self.pay_in()
        ordered += await self.pay("platform", INSTITUTION)
        assert sorted(one.fen for one in ordered) == [1_200, 1_500, 2_800, 3_000, 3_500, 7_000]
        noodles, teahouse = self.accounts.values()
        assert self.bank.paid == {noodles: 14_000, teahouse: 14_000}
        await people.audited()

    async def end(self) -> None:
        """Ended, and refused to be settled while a voucher is open; after the holidays nothing is."""
        people = self.people
        await self.turn("end")
        assert await people.refused("clerk", f"{self.path}/settlement", settling_id=str(new_id())) == "still-open"
        for day in (1, 3, 7):
            await people.wait_until(at(day, 12, month=10))
        before = len(await every_batch(people.county))
        await people.wait_until(at(8, 3, month=10))
        assert await self.clear("2026-10-08") == []
        assert sorted(self.files) == [f"2026-{day}" for day in ("09-23", "09-24", "09-28", "09-29", "09-30", "10-08")]
        assert len(await every_batch(people.county)) == before
        people.clock.at = at(8, 10, month=10)
        settled = await people.post("clerk", f"{self.path}/settlement", settling_id=str(new_id()))
        spent_fen = 3_500 + 2_800 + 2_800 + 3 * 3_500
        assert (settled["state"], settled["amount_fen"]) == ("settled", FUNDED_FEN - spent_fen)
        proof = {"document_no": "缴库1号", "bank_voucher_no": "20261008-01", "file_sha256": FILE}
        back = {"return_id": str(new_id()), **proof}
        wrong = await people.refused("cashier", f"{self.path}/treasury-return", amount_fen=1, **back)
        assert wrong == "sum-differs"
        returned = await people.post(
            "cashier", f"{self.path}/treasury-return", amount_fen=settled["amount_fen"], **back
        )
        assert returned["state"] == "archived"
        await people.audited()
        assert await money(people.county) == {}

    async def statements(self, shops: dict[str, str]) -> None:
        """Each statement as page, paper and spreadsheet: one sum, that of the day's file; no account in clear."""
        people = self.people
        days = {}
        for name, shop in shops.items():
            days[name] = [one["day"] for one in (await people.get(name, "/merchant/statements"))["items"]]
            for day in days[name]:
                owed_fen = await self.statement(name, day)
                own = [line for line in self.cleared if (line["day"], line["merchant_id"]) == (day, shop)]
                assert owed_fen == sum(int(line["amount_fen"]) for line in own)
        assert days == {"noodles": ["2026-09-30", "2026-09-29", "2026-09-28"], "teahouse": ["2026-09-30", "2026-09-28"]}

    async def statement(self, name: str, day: str) -> int:
        """Opens one; returns what it says is owed."""
        people, path = self.people, f"/merchant/statements/{day}"
        page = await people.get(name, path)
        pdf, xlsx = [await people.file(name, f"{path}?format={form}") for form in ("pdf", "xlsx")]
        assert await people.file(name, f"{path}?format=pdf") == pdf
        text = text_of_pdf(pdf)
        amounts, cells = sums_on_sheet(xlsx)
        owed_fen: int = page["government_fen"] + page["platform_fen"]
        assert owed_fen == payable_on_pdf(text) == sum(amounts)
        assert amounts == [line["government_fen"] + line["platform_fen"] for line in page["lines"]]
        assert text.index("已送银行付款") < text.index("已到账")
        account = self.accounts[name]
        for told in (text, "\n".join(cells)):
            assert account not in told
            for words in (f"演示·{SHOPS[name]}", "中秋国庆餐饮消费券", f"****{account[-4:]}"):
                assert words in told
        for line in page["lines"]:
            if line["kind"] == "redemption":
                number = line["act_id"].replace("-", "")[-12:].upper()
                assert number in text
                assert number in cells
        return owed_fen

    async def notice(self) -> None:
        """Everybody reads what the campaign came to: 9.34 yuan spent for each yuan of public money, and no names."""
        people = self.people
        data = await people.anybody(f"/api/v1/public/campaigns/{self.campaign_id}")
        told = data.json()
        assert (told["state"], told["pieces"]["redeemed"]) == ("archived", 7)  # The corrected one stays used.
        public = told["public_money"]
        assert (public["funded_fen"], public["redeemed_fen"], public["paid_out_fen"]) == (FUNDED_FEN, 19_600, 19_600)
        assert (public["left_fen"], public["open_fen"], public["owed_fen"], public["to_return_fen"]) == (0, 0, 0, 0)
        assert public["returned_fen"] == FUNDED_FEN - 19_600
        assert told["platform_money"] == {"borne_fen": 8_400, "paid_out_fen": 8_400, "owed_fen": 0}
        assert told["leverage"] == told["leverage_matched"]  # The acquirer bears out every bill, less what went back.
        assert told["leverage"] == {
            "bills": 6,
            "bills_fen": 183_000,
            "discount_fen": 28_000,
            "public_discount_fen": 19_600,
            "beyond_fen": 155_000,
            "gross_hundredths": 934,
            "net_hundredths": 791,
        }
        secrets = {*HOLDERS, *self.accounts.values(), *self.bought.values(), "1540200000"}
        secrets |= {form for one in people.ids.values() for form in (str(one), one.hex)}
        for language, words in (("zh", ("9.34", "7.91", "中秋国庆餐饮消费券", "筠商函〔2026〕9号")), ("en", ("9.34",))):
            page = (await people.anybody(f"/notice/campaigns/{self.campaign_id}?lang={language}")).text
            assert [one for one in words if one not in page] == []
            assert [one for one in secrets if one in page or one in data.text] == []

    async def archive(self, to: Path) -> None:
        """The auditor's pack checks itself; its ledger owed merchants what the clearing files said, act by act."""
        people = self.people
        overview: dict[str, Any] = await people.get("auditor", f"{self.path}/settlement")
        assert (overview["bank_fen"], overview["to_return_fen"]) == (0, 0)
        asked = {"pack_id": str(new_id()), "seed": SEED, "sample": 3}
        made = await people.ask("auditor", "POST", f"{self.path}/audit-pack", asked)
        assert made.status_code == 201
        with ZipFile(io.BytesIO(made.content)) as archive:
            archive.extractall(to)
        [pack] = to.glob("audit-pack-*")
        key = (await people.anybody("/api/v1/county")).json()["issuer_key"]
        assert key == key_of(people.county)
        checked = verified(pack, "--key", key)
        assert (checked.returncode, checked.stderr) == (0, "")
        assert len(list((pack / "sample").iterdir())) == 3
        steps = [row.split(",")[3] for row in (pack / "decisions.csv").read_text("utf-8-sig").splitlines()[1:]]
        assert steps == ["submit", "review", "approve", "fund"]
        by_files: Counter[tuple[str, str]] = Counter()
        for line in self.cleared:
            place = line["act_id"], line["payer"]
            by_files[place] += int(line["amount_fen"])
        assert by_files == owed_by_the_ledger(pack)
        rules = pack / "ledger" / "transfers.csv"
        whole = rules.read_bytes()
        rules.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        spoilt = verified(pack, "--key", key)
        assert spoilt.returncode == 1
        assert "ledger/transfers.csv" in spoilt.stderr
        rules.write_bytes(whole)
        assert verified(pack, "--key", key).returncode == 0
