"""What would people do next? Commands at random: fresh ones, the same again, and the same id with something else."""

from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.ids import new_digits
from backend.kernel.presentations import present
from backend.kernel.refusals import Refused
from backend.vouchers.brake_rules import PauseScope
from backend.vouchers.claim_rules import Claim
from backend.vouchers.counter_routes import presented
from backend.vouchers.redeem_rules import Redeem, Typed
from backend.vouchers.refund_rules import RollBack
from backend.vouchers.rules import Bill, ClaimantFacts
from backend.vouchers.short_code import MakeShortCode
from backend.vouchers.steer_campaign import SteerCampaign, Turn
from backend.vouchers.wallet import IssueTokens, issue_tokens
from tests.vouchers.counters import TILL, Phone
from tests.vouchers.desk_model import Model
from tests.vouchers.desk_plans import random_id, turned
from tests.vouchers.desk_records import id_of

RESIDENTS = 30
PHONES = 6
DEVICES = 5


class Asked(Struct, frozen=True, kw_only=True):
    """A command that somebody may send again, with the code that was shown or typed."""

    command: Any
    code: str = ""


class People:
    """Residents, their phones, and everything that they and the counters have asked so far."""

    def __init__(self, county: County, campaign_id: UUID, model: Model, phones: list[Phone]) -> None:
        self.county = county
        self.campaign_id = campaign_id
        self.model = model
        self.phones = phones
        self.asked: list[Asked] = []
        self.tokens: dict[UUID, tuple[bytes, datetime]] = {}
        self.pictures: list[tuple[UUID, str]] = []
        self.counts: dict[UUID, int] = {}
        self.digits: list[str] = []

    async def next(self, dice: Random) -> list[Asked]:
        """One command, or the same twice at once, or one voucher at two counters."""
        way = dice.choices(
            (self.claim, self.redeem, self.roll_back, self.make_code, self.steer, self.again),
            (40, 30, 10, 8, 2, 10),
        )[0]
        found = await way(dice)
        if found and dice.random() < 0.12 and not isinstance(found[0].command, MakeShortCode):
            found = [*found, found[0]]
        self.asked += [one for one in found if not isinstance(one.command, MakeShortCode)]
        return found

    async def claim(self, dice: Random) -> list[Asked]:
        """A claim, most likely in a round that is open."""
        model, at = self.model, self.county.clock()
        now = [r for r, plan in model.plans.items() if plan.opens_at <= at < plan.closes_at]
        round_id = dice.choice(now if now and dice.random() < 0.9 else list(model.plans))
        return [Asked(command=self._claim(dice, round_id, self._fresh_id(dice)))]

    def _claim(self, dice: Random, round_id: UUID, claim_id: UUID) -> Claim:
        resident = dice.randrange(PHONES) if dice.random() < 0.4 else dice.randrange(RESIDENTS)
        resident_id = self.phones[resident].resident_id if resident < PHONES else UUID(int=0xA000_0000 + resident)
        people = [b"account-" + resident_id.bytes[-8:] + bytes(16)]
        if dice.random() < 0.3:  # The same person may have several accounts, and a family one device.
            people.append(b"device--" + bytes([dice.randrange(DEVICES)]) + bytes(23))
        if dice.random() < 0.03:  # What no database takes.
            people.append(people[0])
        return Claim(
            claim_id=claim_id,
            round_id=round_id,
            resident_id=resident_id,
            facts=ClaimantFacts(frozen=dice.random() < 0.03),
            people=tuple(people),
            actor=Actor(kind=ActorKind.RESIDENT, id=resident_id, role="resident", request_id=claim_id),
            assisted=dice.random() < 0.2,
        )

    def _fresh_id(self, dice: Random) -> UUID:
        """An id of this command's own, now and then one that another command carried."""
        if self.asked and dice.random() < 0.05:
            return id_of(dice.choice(self.asked).command) or random_id(dice)
        return random_id(dice)

    async def redeem(self, dice: Random) -> list[Asked]:
        """A voucher at a counter, sometimes at two, by a drawn or a typed code."""
        model = self.model
        vouchers = [v for v, one in model.vouchers.items() if one.state == "issued" or dice.random() < 0.2]
        if not vouchers:
            return []
        restored = [v for v in vouchers if model.vouchers[v].state == "issued" and model.vouchers[v].last_count]
        voucher_id = dice.choice(restored if restored and dice.random() < 0.3 else vouchers[-12:])
        times = 2 if dice.random() < 0.25 else 1
        first = await self._code(dice, voucher_id)
        codes = [first, await self._code(dice, voucher_id) if dice.random() < 0.5 else first][:times]
        merchants = dice.sample(list(model.merchants), times)
        return [
            Asked(command=self._redeem(dice, voucher_id, code, merchant), code=code)
            for code, merchant in zip(codes, merchants, strict=True)
        ]

    def _redeem(self, dice: Random, voucher_id: UUID, code: str, merchant_id: UUID) -> Redeem:
        terms = self.model.terms[self.model.vouchers[voucher_id].round_id]
        least = max(1, terms.minimum_spend_fen)
        bill = max(1, dice.choice((least - 1, least, least + dice.randrange(500), terms.fixed_price_fen + 1, 50_000)))
        eligible = bill if dice.random() < 0.8 else dice.randrange(bill + 1)
        if dice.random() < 0.06:  # What no database takes.
            eligible = bill + 1
        return Redeem(
            redemption_id=self._fresh_id(dice),
            presented=presented(self.county, code),
            merchant_id=merchant_id,
            bill=Bill(bill_fen=bill, eligible_fen=eligible),
            actor=TILL,
        )

    async def _code(self, dice: Random, voucher_id: UUID) -> str:
        if dice.random() < 0.55 and (drawn := await self._drawn(dice, voucher_id)):
            return drawn
        known = self.digits[-4:]
        return dice.choice(known) if known and dice.random() < 0.9 else new_digits(8)

    async def _drawn(self, dice: Random, voucher_id: UUID) -> str | None:
        """What the phone draws now, or a picture of what it drew before."""
        old = [text for of, text in self.pictures if of == voucher_id]
        if old and dice.random() < 0.4:
            return old[-1]
        owner = next((p for p in self.phones if p.resident_id == self.model.vouchers[voucher_id].resident_id), None)
        if owner is None:
            return None
        if voucher_id not in self.tokens or self.tokens[voucher_id][1] <= self.county.clock():
            issued = await transact(self.county, issue_tokens, IssueTokens(owner.resident_id))
            assert not isinstance(issued, Refused)
            self.tokens |= {one.voucher_id: (one.token, one.expires_at) for one in issued}
        if voucher_id not in self.tokens:
            return None
        self.counts[voucher_id] = count = self.counts.get(voucher_id, 0) + 1
        text = present(self.tokens[voucher_id][0], holder=owner.key, at=self.county.clock(), counter=count)
        self.pictures = [*self.pictures[-40:], (voucher_id, text)]
        return text

    async def roll_back(self, dice: Random) -> list[Asked]:
        """A redemption undone or refunded in part, sometimes by another merchant, or of more than is left."""
        sales = [of for of, sale in self.model.sales.items() if sale.live or dice.random() < 0.2]
        redemption_id = dice.choice(sales) if sales else random_id(dice)
        sale = self.model.sales.get(redemption_id)
        merchant = sale.merchant_id if sale and dice.random() < 0.85 else dice.choice(list(self.model.merchants))
        left = max(1, sale.left) if sale else 1
        part = dice.randint(1, left)
        command = RollBack(
            roll_back_id=self._fresh_id(dice),
            redemption_id=redemption_id,
            merchant_id=merchant,
            reason="顾客退单",
            refund_fen=dice.choices((None, left, part, left + 1), (50, 8, 35, 7))[0],
            actor=TILL,
        )
        return [Asked(command=command)]

    async def make_code(self, dice: Random) -> list[Asked]:
        """Eight digits, of a voucher that is most likely one's own."""
        if not self.model.vouchers:
            return []
        voucher_id = dice.choice(list(self.model.vouchers)[-8:])
        owner = self.model.vouchers[voucher_id].resident_id if dice.random() < 0.95 else self.phones[0].resident_id
        return [Asked(command=MakeShortCode(resident_id=owner, voucher_id=voucher_id))]

    async def steer(self, dice: Random) -> list[Asked]:
        """The office pauses, resumes or, seldom, ends."""
        usual = Turn.RESUME if self.model.campaign == "paused" else Turn.PAUSE
        turn = dice.choices((usual, Turn.PAUSE, Turn.RESUME, Turn.END), (80, 8, 8, 4))[0]
        return [Asked(command=turned(dice, self.campaign_id, turn, dice.choice(list(PauseScope))))]

    async def again(self, dice: Random) -> list[Asked]:
        """Something that was asked before: the same, with a code drawn afresh, or another command under its id."""
        if not self.asked:
            return []
        before = dice.choice(self.asked[-60:])
        command = before.command
        if isinstance(command, Claim) and dice.random() < 0.4:
            command = self._claim(dice, dice.choice(list(self.model.plans)), command.claim_id)
        elif isinstance(command, SteerCampaign) and dice.random() < 0.3:
            command = replace(command, scope=dice.choice(list(PauseScope)))
        elif isinstance(command, RollBack) and dice.random() < 0.3:
            command = replace(command, reason="点错了")
        elif isinstance(command, Redeem) and dice.random() < 0.2:
            command = replace(command, bill=replace(command.bill, bill_fen=command.bill.bill_fen + 1))
        return [await self.resent(dice, replace(before, command=command))]

    async def resent(self, dice: Random, before: Asked) -> Asked:
        """The same request at this moment: a code on a screen has grown stale, or is drawn again."""
        command = before.command
        if not isinstance(command, Redeem):
            return before
        code = before.code
        voucher_id = None if isinstance(command.presented, Typed) else command.presented.voucher_id
        if voucher_id in self.model.vouchers and dice.random() < 0.5:
            code = await self._drawn(dice, voucher_id) or code
        return Asked(command=replace(command, presented=presented(self.county, code)), code=code)
