"""A merchant's own till on the real application: what it sends and asks goes through the county's routes."""

import asyncio
from pathlib import Path
from uuid import UUID

import httpx

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.presentations import present
from backend.kernel.refusals import Refused
from backend.kernel.signing import from_base64url, to_base64url
from backend.kernel.trust import seconds_of
from backend.sync.device_rules import DeviceKind
from backend.vouchers.wallet import IssueTokens, issue_tokens
from merchant_tools.briefing import Held, Owner, briefing_of, journal_key_of
from merchant_tools.device_requests import possession_message
from merchant_tools.journal import Journal, SentinelFile
from merchant_tools.journal_file import seal_journal
from merchant_tools.pull_briefing import pull_briefing
from merchant_tools.push_journal import NoAnswer, NotTakenAsWhole
from merchant_tools.sealing import DeviceKey
from merchant_tools.till import Reading, Till
from tests.sync.device_makers import invited, inviting
from tests.vouchers.counters import Phone


class AppLine:
    """The way to the county for a program that waits: requests run on the test's own loop."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._loop = asyncio.get_running_loop()

    def ask(self, data: bytes) -> bytes:
        """The answer to a push."""
        return self._told("POST", "/api/v1/sync/push", {"content-type": "application/cbor"}, data)

    def read(self, address: str, authorization: str) -> bytes:
        """What stands at an address."""
        return self._told("GET", address, {"authorization": authorization})

    def _told(self, method: str, address: str, headers: dict[str, str], data: bytes | None = None) -> bytes:
        asking = self._client.request(method, address, headers=headers, content=data)
        answer = asyncio.run_coroutine_threadsafe(asking, self._loop).result(60)
        if answer.status_code in (400, 401, 403, 413):
            raise NotTakenAsWhole(answer.status_code, answer.json()["reason"])
        if answer.status_code != 200:
            raise NoAnswer(str(answer.status_code))
        return answer.content


class AppTill:
    """A till in a folder; it sends and asks as ``python -m merchant_tools till`` does."""

    def __init__(self, county: County, line: AppLine, folder: Path) -> None:
        folder.mkdir()
        self.county, self.line, self.folder = county, line, folder
        self.key = DeviceKey.new()
        self.device = UUID(int=0x0199_9999_0000_7000_8000_0000_0000_00AB)
        self.held: Held | None = None

    @property
    def owner(self) -> Owner:
        """Whose briefing it reads."""
        return Owner(self.county.code, self.device, self.key.point)

    def reading(self) -> Reading:
        """Its clock is the county's."""
        return Reading(seconds_of(self.county.clock()), seconds_of(self.county.clock()))

    def file(self) -> bytes:
        """Its journal, sealed to the county."""
        recipient = None if self.held is None else journal_key_of(self.held, self.owner)
        assert recipient is not None
        events = [(entry.seq, entry.data) for entry in self.opened().kept.entries]
        return seal_journal(self.county.code, self.device, events, recipient=recipient)

    async def enrol(self, merchant_id: UUID, client: httpx.AsyncClient) -> None:
        """By the code that the office handed out; it then waits."""
        code = await invited(self.county, inviting(merchant_id, kind=DeviceKind.TILL))
        message = possession_message(
            county=self.county.code, device=self.device, code=from_base64url(code), key=self.key.point
        )
        told = {
            "device_id": str(self.device),
            "code": code,
            "key": to_base64url(self.key.point),
            "signature": to_base64url(self.key.sign(message)),
            "app_version": "2026.11.30",
        }
        answer = await client.post("/api/v1/sync/enrolments", json=told)
        assert answer.status_code in (200, 201), answer.text

    async def pull(self) -> None:
        """Get what it goes by."""
        asked = self.line, self.owner, self.key, self.reading(), self.held
        self.held = await asyncio.to_thread(pull_briefing, *asked)

    def opened(self) -> Till:
        """The till as a program that was started just now has it."""
        assert self.held is not None
        return Till(
            self.county.code,
            self.device,
            self.key,
            keeping=Journal(self.folder / "journal.sqlite"),
            remembering=SentinelFile(self.folder / "sentinel"),
            briefing=briefing_of(self.held, self.owner),
        )

    async def push(self, till: Till) -> None:
        """Send what is not acknowledged."""
        asked = self.reading()
        data = await asyncio.to_thread(self.line.ask, till.push())
        till.take(data, asked=asked, now=self.reading())


async def code_of(county: County, of: Phone, voucher_id: UUID, *, count: int = 1) -> str:
    """What the phone shows now."""
    issued = await transact(county, issue_tokens, IssueTokens(of.resident_id))
    assert not isinstance(issued, Refused)
    token = next(one.token for one in issued if one.voucher_id == voucher_id)
    return present(token, holder=of.key, at=county.clock(), counter=count)
