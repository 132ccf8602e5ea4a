"""A county's people at desks and counters, each act through the API, and time that goes on by ``yizhan relay``."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx

from backend.app import Application
from backend.database.county import County
from backend.identity.rules import PersonKind
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.instants import COUNTY_TIME, to_wire
from tests.commands.running import yizhan
from tests.databases import HandClock
from tests.identity.sessions import session_of, staff_cookie
from tests.web.client import calling

FILE = "5e" * 32
LIMIT = str(new_id())


def at(day: int, hour: int, minute: int = 0, *, month: int = 9) -> datetime:
    """An instant of the autumn of 2026 on the county's clocks."""
    return datetime(2026, month, day, hour, minute, tzinfo=COUNTY_TIME).astimezone(UTC)


class People:
    """Everybody who acts, with a session of the moment in which they act."""

    def __init__(self, county: County, application: Application, clock: HandClock) -> None:
        self.county = county
        self.application = application
        self.clock = clock
        self.ids: dict[str, UUID] = {}

    async def hire(self, name: str, role: Role, merchant_id: UUID | None = None) -> None:
        """Somebody of the staff."""
        self.ids[name] = new_id()
        await staff_cookie(self.county, role, staff_id=self.ids[name], merchant_id=merchant_id)

    async def ask(self, name: str, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """One request of this person; residents are known by their phone's name as well."""
        kind = PersonKind.RESIDENT if name.startswith("resident") else PersonKind.STAFF
        cookie = await session_of(self.county, kind, self.ids[name])
        async with calling(self.application, cookie=cookie) as client:
            return await client.request(method, f"/api/v1{path}", json=body)

    async def post(self, name: str, path: str, **body: Any) -> dict[str, Any]:
        """Something that is done."""
        answer = await self.ask(name, "POST", path, body)
        assert answer.status_code in (200, 201), (path, answer.text)
        told: dict[str, Any] = answer.json()
        return told

    async def refused(self, name: str, path: str, **body: Any) -> str:
        """Something that is not: the reason."""
        answer = await self.ask(name, "POST", path, body)
        assert answer.status_code == 409, (path, answer.text)
        return str(answer.json()["reason"])

    async def get(self, name: str, path: str) -> dict[str, Any]:
        """Something to read."""
        answer = await self.ask(name, "GET", path)
        assert answer.status_code == 200, (path, answer.text)
        told: dict[str, Any] = answer.json()
        return told

    async def file(self, name: str, path: str) -> bytes:
        """Something to take away."""
        answer = await self.ask(name, "GET", path)
        assert answer.status_code == 200, (path, answer.text)
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        return answer.content

    async def anybody(self, path: str) -> httpx.Response:
        """What somebody sees who has not signed in."""
        async with calling(self.application, checked=path.startswith("/api/")) as client:
            answer = await client.get(path)
        assert answer.status_code == 200, path
        return answer

    async def spend(self, resident: str, till: str, voucher_id: str, bill_fen: int, proof: dict[str, Any]) -> str:
        """A voucher shown as eight digits and taken, with the proof that the bill was paid; returns the redemption."""
        code = (await self.post(resident, f"/me/vouchers/{voucher_id}/short-code"))["code"]
        redemption_id = str(new_id())
        bill = {"code": code, "bill_fen": bill_fen, "payment_evidence": proof}
        await self.post(till, "/redemptions", redemption_id=redemption_id, **bill)
        return redemption_id

    async def claim(self, resident: str, round_id: UUID) -> str:
        """One voucher of a round."""
        return str((await self.post(resident, f"/rounds/{round_id}/claims", claim_id=str(new_id())))["voucher_id"])

    async def wait_until(self, moment: datetime) -> None:
        """What is due is done by the command, and the audit finds nothing to say against it."""
        self.clock.at = moment
        done = await self.run("relay", "--once", "--at", to_wire(moment))
        assert done == 0
        await self.audited()

    async def audited(self) -> None:
        """``yizhan audit`` as of now; what people have just done is linked first, as a server would."""
        assert await self.run("relay", "--once", "--at", to_wire(self.clock.at)) == 0
        assert await self.run("audit") == 0

    async def run(self, *words: str) -> int:
        """A command about this county; its exit code."""
        place = ["--data", str(self.county.folder.parent.parent)]
        place += ["--database", self.county.database_url] if self.county.database_url else []
        ran = await asyncio.to_thread(yizhan, *words, *place)
        assert ran.code == 0, (words, ran.out, ran.err)
        return ran.code


def plan(first: UUID, second: UUID) -> dict[str, Any]:
    """满200减50, government 70 %, platform 30 %, for three days; nine pieces, five of them in the first round.

    Bills of 500 yuan and more have to be found in the acquirer's statement before they are paid out.
    """
    dining = {
        "code": "dining-50",
        "name_zh": "餐饮券",
        "name_en": "Dining",
        "cap_pieces": 9,
        "face_fen": 5_000,
        "minimum_spend_fen": 20_000,
        "valid_days": 3,
        "funding": [{"funder": "government", "share_bp": 7_000}, {"funder": "platform", "share_bp": 3_000}],
        "limits": [{"rule_id": LIMIT, "most": 2}],
    }
    rounds = [
        {
            "round_id": str(round_id),
            "kind_code": "dining-50",
            "name_zh": name,
            "name_en": name_en,
            "opens_at": to_wire(opens),
            "closes_at": to_wire(closes),
            **pieces,
        }
        for round_id, name, name_en, opens, closes, pieces in (
            (first, "第一轮", "First", at(24, 10), at(25, 10), {"pieces": 5}),
            (second, "第二轮", "Second", at(29, 10), at(30, 1), {}),
        )
    ]
    return {
        "title_zh": "中秋国庆餐饮消费券",
        "title_en": "Dining vouchers for the autumn holidays",
        "department": "县商务局（演示）",
        "kinds": [dining],
        "rounds": rounds,
        "evidence": [{"kinds": ["acquirer_order"], "from_fen": 50_000}],
    }
