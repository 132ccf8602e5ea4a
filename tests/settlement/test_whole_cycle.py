"""A campaign from its draft to the archive, through the API and ``yizhan relay --at``, over a weekend and holidays."""

import io
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

from backend.database.county import County
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.settlement.batch_rules import Batch
from tests.audit_pack.packed import SEED, key_of, verified
from tests.databases import HandClock
from tests.settlement.cycles import answered, every_batch, money, with_account
from tests.settlement.whole_cycle import FILE, People, at, plan
from tests.vouchers.counters import counter, phone
from tests.web.client import serving

TEMPLATE = "payout-rural-bank-gbk"
RESIDENTS = 6


async def test_a_campaign_from_draft_to_archived(county: County, clock: HandClock, tmp_path: Path) -> None:
    clock.at = at(22, 9)
    shops = [await counter(county), await counter(county, order=2, places=False)]
    for order, shop in enumerate(shops, 1):
        await with_account(county, shop, order=order)
    async with serving(county) as application:
        people = People(county, application, clock)
        await people.hire("clerk", Role.OFFICE)
        await people.hire("cashier", Role.OFFICE)
        await people.hire("reviewer", Role.REVIEWER)
        await people.hire("approver", Role.APPROVER)
        await people.hire("auditor", Role.AUDITOR)
        for name, shop in zip(("noodles", "teahouse"), shops, strict=True):
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
        await cycle.archive(tmp_path)


class Cycle:
    """The chapters of the campaign's life, in their order."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.campaign_id = new_id()
        self.first, self.second = new_id(), new_id()
        self.path = f"/office/campaigns/{self.campaign_id}"
        self.flagged: list[str] = []
        self.unused = ""

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
        funding = {"funding_id": str(new_id()), "version": 1, "amount_fen": 21_000, **proof}
        assert await people.refused("clerk", f"{self.path}/funding", **funding) == "same-person"
        await people.post("cashier", f"{self.path}/funding", **funding)
        await self.turn("run")
        await people.audited()
        assert await money(people.county) == {"fund.bank": 21_000, "budget.line": 21_000}

    async def turn(self, turn: str) -> None:
        """The office steers."""
        await self.people.post("clerk", f"{self.path}/turns", turn_id=str(new_id()), turn=turn)

    async def first_round(self) -> None:
        """Thursday: five claims, four redemptions, one of them refunded in part; a sixth person comes too late."""
        people = self.people
        await people.wait_until(at(24, 10))
        mine = [await people.claim("resident 1", self.first) for _ in range(2)]
        others = [await people.claim(f"resident {number}", self.first) for number in (2, 3, 4)]
        too_late = await people.refused("resident 5", f"/rounds/{self.first}/claims", claim_id=str(new_id()))
        assert too_late == "sold-out"
        people.clock.at = at(24, 12)
        self.flagged = [await people.spend("resident 1", "noodles", voucher_id, 30_000) for voucher_id in mine]
        await people.spend("resident 2", "noodles", others[0], 40_000)
        bought = await people.spend("resident 3", "teahouse", others[1], 30_000)
        refund = {"roll_back_id": str(new_id()), "reason": "少做一道菜", "refund_fen": 6_000}
        back = await people.post("teahouse", f"/redemptions/{bought}/roll-back", **refund)
        assert back["customer_fen"] == 5_000  # Of 6 000 the funders have 1 000: a sixth, as of the bill.
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
        """Cleared; flags decided; paid by two people; the bank rejects one, which is paid with the next run."""
        people = self.people
        await people.wait_until(at(28, 3))
        assert self.told(await every_batch(people.county)) == [
            (0, "government", 3_500),
            (0, "platform", 1_500),
            (1, "government", 2_800),
            (1, "platform", 1_200),
        ]
        people.clock.at = at(28, 10)
        held = (await people.get("reviewer", "/office/payout-holds"))["items"]
        assert sorted(hold["redemption_id"] for hold in held) == sorted(self.flagged)
        for hold, release in zip(held, (True, False), strict=True):
            decision = {"decision_id": str(new_id()), "release": release, "note": "已电话核实"}
            await people.post("reviewer", f"/office/payout-holds/{hold['hold_id']}/decisions", **decision)
        await self.correct(held[1]["redemption_id"])
        government = await self.pay("government")
        rejected, accepted = sorted(government, key=lambda one: one.amount_fen)
        await answered(people.county, [rejected], accepted=False)
        await answered(people.county, [accepted], accepted=True)
        await answered(people.county, await self.pay("government"), accepted=True)
        assert await people.refused("clerk", f"{self.path}/settlement", settling_id=str(new_id())) == "wrong-state"
        await self.pay_in()
        await answered(people.county, await self.pay("platform"), accepted=True)
        await people.audited()

    def told(self, found: list[Batch]) -> list[tuple[int, str, int]]:
        """(shop, payer, fen) of batches."""
        shops = sorted({batch.merchant_id for batch in found})
        return sorted((shops.index(batch.merchant_id), str(batch.payer), batch.amount_fen) for batch in found)

    async def correct(self, redemption_id: str) -> None:
        """An upheld flag ends in a correction that two people sign."""
        incident_id = str(new_id())
        proposal = {
            "incident_id": incident_id,
            "redemption_id": redemption_id,
            "reason": "同桌拆单",
            "document_no": "差错1号",
        }
        await self.people.post("clerk", "/office/incidents", **proposal)
        decision = {"decision_id": str(new_id()), "confirm": True}
        path = f"/office/incidents/{incident_id}/decisions"
        assert await self.people.refused("clerk", path, **decision) == "same-person"
        await self.people.post("reviewer", path, **decision)

    async def pay(self, payer: str) -> list[Batch]:
        """Everything that waits of a payer: prepared by one person, sent by another; returns what went to the bank."""
        run_id = str(new_id())
        asked = {"run_id": run_id, "campaign_id": str(self.campaign_id), "payer": payer, "template": TEMPLATE}
        await self.people.post("clerk", "/office/payout-runs", **asked)
        path = f"/office/payout-runs/{run_id}/decisions"
        sending = {"decision_id": str(new_id()), "send": True}
        assert await self.people.refused("clerk", path, **sending) == "same-person"
        await self.people.post("reviewer", path, **sending)
        return [batch for batch in await every_batch(self.people.county) if batch.run_id == UUID(run_id)]

    async def pay_in(self) -> None:
        """The platform company pays in what it owes."""
        due_fen = (await money(self.people.county))["platform.due"]
        proof = {"document_no": "平台付款1号", "bank_voucher_no": f"P-{new_id().hex[:8]}", "file_sha256": FILE}
        act = {"act_id": str(new_id()), "kind": "pay-in", "campaign_id": str(self.campaign_id), "payer": "platform"}
        await self.people.post("cashier", "/office/bank-acts", **act, amount_fen=due_fen, **proof)

    async def second_round(self) -> None:
        """Tuesday: what came back is issued again; one is used, one runs out in the National Day holidays."""
        people = self.people
        await people.wait_until(at(29, 3))
        await people.wait_until(at(29, 10))
        used = await people.claim("resident 5", self.second)
        self.unused = await people.claim("resident 6", self.second)
        people.clock.at = at(29, 18)
        await people.spend("resident 5", "teahouse", used, 25_000)
        await people.wait_until(at(30, 3))
        for payer in ("government", "platform"):
            if payer == "platform":
                await self.pay_in()
            await answered(people.county, await self.pay(payer), accepted=True)
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
        assert len(await every_batch(people.county)) == before
        people.clock.at = at(8, 10, month=10)
        settled = await people.post("clerk", f"{self.path}/settlement", settling_id=str(new_id()))
        spent_fen = 3_500 + 3_500 + 2_800 + 3_500
        assert (settled["state"], settled["amount_fen"]) == ("settled", 21_000 - spent_fen)
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

    async def archive(self, to: Path) -> None:
        """Statements of both merchants, the office's overview, and the auditor's pack, which checks itself."""
        people = self.people
        listed = [(await people.get(name, "/merchant/statements"))["items"] for name in ("noodles", "teahouse")]
        assert [[item["day"] for item in own] for own in listed] == [
            ["2026-09-29", "2026-09-28"],
            ["2026-09-30", "2026-09-28"],
        ]
        overview: dict[str, Any] = await people.get("auditor", f"{self.path}/settlement")
        assert (overview["bank_fen"], overview["to_return_fen"]) == (0, 0)
        asked = {"pack_id": str(new_id()), "seed": SEED, "sample": 3}
        made = await people.ask("auditor", "POST", f"{self.path}/audit-pack", asked)
        assert made.status_code == 201
        with ZipFile(io.BytesIO(made.content)) as archive:
            archive.extractall(to)
        [pack] = to.glob("audit-pack-*")
        checked = verified(pack, "--key", key_of(people.county))
        assert (checked.returncode, checked.stderr) == (0, "")
        assert len(list((pack / "sample").iterdir())) == 3
        steps = [row.split(",")[3] for row in (pack / "decisions.csv").read_text("utf-8-sig").splitlines()[1:]]
        assert steps == ["submit", "review", "approve", "fund"]
