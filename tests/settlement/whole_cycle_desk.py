"""What people do again and again in a campaign's life, and what of it is compared with the books of others."""

from base64 import b64encode
from collections import Counter

from backend.demonstration.unassignable import bank_account
from backend.kernel.ids import new_id
from tests.settlement.cycles import money
from tests.settlement.strangers import ANSWERS, Acquirer, Bank, Order, checked_clearing
from tests.settlement.whole_cycle import FILE, People

FACE_FEN = 5_000
ACQUIRER_FORM = "acquirer-pos-xlsx"


class Desk:
    """The campaign's desks and counters, and the bank and the acquirer that they deal with."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.campaign_id = new_id()
        self.first, self.second, self.bank = new_id(), new_id(), Bank()
        self.acquirer = Acquirer()
        self.path = f"/office/campaigns/{self.campaign_id}"
        self.accounts = {"noodles": bank_account(1), "teahouse": bank_account(2)}
        self.bought: dict[str, str] = {}
        self.orders: dict[str, str] = {}
        self.files: dict[str, tuple[bytes, bytes]] = {}
        self.cleared: list[dict[str, str]] = []

    async def turn(self, turn: str) -> None:
        """The office steers."""
        await self.people.post("clerk", f"{self.path}/turns", turn_id=str(new_id()), turn=turn)

    async def spend(self, bought: str, resident: str, shop: str, voucher_id: str, bill_fen: int) -> None:
        """A bill is paid: with a voucher here, and what it leaves at the acquirer's terminal."""
        paid_fen = bill_fen - FACE_FEN
        order_no = self.orders[bought] = self.acquirer.pay(paid_fen, self.people.clock.at)
        proof = {"kind": "acquirer_order", "value": order_no, "amount_fen": paid_fen}
        self.bought[bought] = await self.people.spend(resident, shop, voucher_id, bill_fen, proof)

    async def refund(self, bought: str, shop: str, refund_fen: int) -> int:
        """A part of a bill is given back; returns what the customer gets."""
        refund = {"roll_back_id": str(new_id()), "reason": "少做一道菜", "refund_fen": refund_fen}
        back = await self.people.post(shop, f"/redemptions/{self.bought[bought]}/roll-back", **refund)
        customer_fen = int(back["customer_fen"])
        self.acquirer.give_back(self.orders[bought], customer_fen, self.people.clock.at)
        return customer_fen

    async def match(self) -> dict[str, int]:
        """What the acquirer tells of since its last statement, taken in by the office; what was found, but for nothing.

        The same file, handed in again, is known.
        """
        told = {"template": ACQUIRER_FORM, "file": b64encode(self.acquirer.statement()).decode()}
        path = "/office/acquirer-statements"
        report = await self.people.post("clerk", path, import_id=str(new_id()), **told)
        assert (report["recorded"], report["faults"], report["differences"]) == (True, [], [])
        assert await self.people.refused("clerk", path, import_id=str(new_id()), **told) == "already-imported"
        return {name: count for name, count in report.items() if type(count) is int and count}

    async def clear(self, day: str) -> list[int]:
        """Every file of every closed day again: signed, adding up, the bytes that it always had.

        Returns what the acts of the new day are worth, both payers together; all files are what the ledger owes.
        """
        people = self.people
        key = (await people.anybody("/api/v1/county")).json()["issuer_key"]
        days = {one["day"]: one for one in (await people.get("clerk", "/office/clearing"))["items"]}
        assert day in days
        for closed, told in days.items():
            path = f"/office/clearing/{closed}"
            shown = await people.get("clerk", path)
            file, table = [await people.file("clerk", f"{path}?format={form}") for form in ("xc1", "csv")]
            assert self.files.setdefault(closed, (file, table)) == (file, table)
            lines = checked_clearing(file, table, key)
            total_fen = sum(int(line["amount_fen"]) for line in lines)
            assert total_fen == sum(item["amount_fen"] for item in shown["items"])
            assert (len(lines), total_fen) == (told["lines"], told["total_fen"])
            if closed == day:
                self.cleared += [{**line, "day": day} for line in lines]
        standing = await money(people.county)
        owed_fen = standing.get("merchant.payable", 0) - standing.get("merchant.clawback", 0)
        assert sum(int(line["amount_fen"]) for line in self.cleared) == owed_fen + self.bank.paid.total()
        worth: Counter[str] = Counter()
        for line in self.cleared:
            if line["day"] == day:
                worth[line["act_id"]] += int(line["amount_fen"])
        return sorted(worth.values(), reverse=True)

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

    async def pay(self, payer: str, template: str, refused: str = "") -> list[Order]:
        """Everything that waits of a payer: prepared by one person, sent by another, taken to the bank, answered.

        The bank's answer, taken in a second time, changes nothing.
        """
        people, run_id = self.people, str(new_id())
        asked = {"run_id": run_id, "campaign_id": str(self.campaign_id), "payer": payer, "template": template}
        await people.post("clerk", "/office/payout-runs", **asked)
        run = f"/office/payout-runs/{run_id}"
        assert (await people.ask("clerk", "GET", f"{run}/files")).status_code == 409  # Nobody has sent it.
        sending = {"decision_id": str(new_id()), "send": True}
        assert await people.refused("clerk", f"{run}/decisions", **sending) == "same-person"
        await people.post("reviewer", f"{run}/decisions", **sending)
        file = await people.file("reviewer", f"{run}/files")
        assert await people.file("reviewer", f"{run}/files") == file
        orders, answer = self.bank.serve(template, file, [refused])
        batches = (await people.get("clerk", run))["batches"]
        assert sorted(one["amount_fen"] for one in batches) == sorted(order.fen for order in orders)
        told = {"template": ANSWERS[template], "file": b64encode(answer).decode()}
        counted = {True: 0, False: 0}
        for order in orders:
            counted[order.account == refused] += 1
        for expected in ((counted[False], counted[True], 0), (0, 0, len(orders))):
            report = await people.post("clerk", "/office/bank-answers", import_id=str(new_id()), **told)
            assert (report["accepted"], report["rejected"], report["known"]) == expected
            assert (report["recorded"], report["pending"], report["faults"]) == (True, 0, [])
        return orders

    async def pay_in(self) -> None:
        """The platform company pays in what it owes."""
        due_fen = (await money(self.people.county))["platform.due"]
        proof = {"document_no": "平台付款1号", "bank_voucher_no": f"P-{new_id().hex[:8]}", "file_sha256": FILE}
        act = {"act_id": str(new_id()), "kind": "pay-in", "campaign_id": str(self.campaign_id), "payer": "platform"}
        await self.people.post("cashier", "/office/bank-acts", **act, amount_fen=due_fen, **proof)
