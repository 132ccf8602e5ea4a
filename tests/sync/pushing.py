"""Counters that take vouchers without a network and send what they took, as their programs do it."""

import hashlib
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.presentations import holder_message
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey
from backend.kernel.trust import seconds_of
from backend.sync.answer_rules import Answer
from backend.sync.body_rules import Body, CardProof, HolderProof, Mode, Redeem, Void
from backend.sync.event_rules import BEGINNING, Checkpoint, DeviceEvent, read_event, sign_event, with_body
from backend.sync.push import PushOutcome, TakePush, push
from backend.sync.push_rules import Numbered, Place, Push, Sentinel, sign_push
from backend.sync.recognise_push import RecognisePush, recognise_push
from backend.sync.renew_status import freshen_status
from backend.sync.revoke_device import RevokeDevice, revoke_device
from backend.sync.suspend_device import SuspendDevice, suspend_device
from backend.vouchers.wallet import IssueTokens, issue_tokens
from tests.sync.device_makers import CLERK, seen
from tests.vouchers.counters import Phone


class Counter(Struct):
    """A device with its journal. ``told`` is the county's last answer."""

    county: County
    device_id: UUID
    key: SigningKey
    operator: UUID
    journal: list[bytes] = []
    head: bytes = BEGINNING
    told: Answer | None = None
    counts_by: int = 0
    """The episode of the allowance that arrived."""
    sentinel: Sentinel | None = None
    """What it remembers outside of its journal."""

    async def sync(self, *, most: int | None = None, lost: bool = False) -> Answer:
        """Send what is not acknowledged; the answer may be ``lost`` on its way."""
        first = 0 if self.told is None else self.told.ack_seq
        outcome = await self.send(range(first + 1, len(self.journal) + 1)[:most])
        assert isinstance(outcome, Answer), outcome
        if not lost:
            self.told = outcome
        return outcome

    async def send(self, seqs: Any, *, key: SigningKey | None = None) -> PushOutcome:
        """Send these events."""
        return await send(self.county, self.pushed(seqs, key=key))

    def pushed(self, seqs: Any, *, key: SigningKey | None = None) -> bytes:
        """The bytes of a push with these events."""
        return sign_push(
            Push(
                county=self.county.code,
                device=self.device_id,
                head=Place(len(self.journal), self.head),
                events=tuple(Numbered(seq, self.journal[seq - 1]) for seq in seqs),
                sentinel=self.sentinel,
                episode=self.counts_by,
            ),
            device=key or self.key,
        )

    def add(self, body: Body, *, at: Instant | None = None, **changes: Any) -> int:
        """One more event; its number."""
        told = self.told
        assert told is not None, "a counter asks the county before it takes anything"
        plain = DeviceEvent(
            county=self.county.code,
            device=self.device_id,
            seq=len(self.journal) + 1,
            prev=self.head,
            checkpoint=Checkpoint(told.checkpoint.no, told.checkpoint.time),
            epoch=told.epoch,
            policy=told.policy,
            snapshot=told.status_version,
            t_dev=at or self.county.clock(),
            mono=60,
            kind="",
            body=None,
        )
        data = sign_event(structs.replace(with_body(plain, body), **changes), device=self.key)
        read = read_event(data)
        assert not isinstance(read, Refused)
        self.journal.append(data)
        self.head = read.hash
        return len(self.journal)

    async def take(
        self, of: Phone, voucher_id: UUID, *, fen: int = 5_000, bill_fen: int = 20_000, count: int = 1, **more: Any
    ) -> int:
        """Take a voucher by the code on a screen; its token was fetched while there was a network."""
        at = more.pop("at", None) or self.county.clock()
        token = more.pop("token", None) or await token_of(self.county, of, voucher_id)
        shown = proof(of, token, at, count)
        body = redeeming(voucher_id, shown, fen, bill_fen, self.operator)
        return self.add(structs.replace(body, **more), at=at)

    async def send_again(self, seqs: Any) -> Answer:
        """Send these, whatever was answered before."""
        outcome = await self.send(seqs)
        assert isinstance(outcome, Answer), outcome
        return outcome

    def copied(self) -> "Counter":
        """The same device a second time, as a copy of its disk."""
        return structs.replace(self, journal=list(self.journal))

    async def merchant(self) -> UUID:
        """Whose claims it signs."""
        found = (await seen(self.county, self.device_id)).merchant_id
        assert found is not None
        return found

    async def suspend(self) -> None:
        """The office stops it."""
        command = SuspendDevice(actor=CLERK, change_id=new_id(), device_id=self.device_id, reason="遗失")
        outcome = await transact(self.county, suspend_device, command)
        assert not isinstance(outcome, Refused), outcome

    async def revoke(self) -> None:
        """The office ends it for good."""
        command = RevokeDevice(actor=CLERK, change_id=new_id(), device_id=self.device_id, reason="不再使用")
        outcome = await transact(self.county, revoke_device, command)
        assert not isinstance(outcome, Refused), outcome

    def take_back(self, seq: int, reason: str = "扫错了") -> int:
        """An earlier event was a mistake."""
        return self.add(Void(seq, reason))


async def send(county: County, data: bytes) -> PushOutcome:
    """What the route does with the bytes of a push."""
    known = await inquire(county, recognise_push, RecognisePush(data))
    await freshen_status(county)
    return known if isinstance(known, Refused) else await transact(county, push, TakePush(sent=known.sent))


async def token_of(county: County, of: Phone, voucher_id: UUID) -> bytes:
    """What the phone fetches while there is a network."""
    issued = await transact(county, issue_tokens, IssueTokens(of.resident_id))
    assert not isinstance(issued, Refused)
    return next(one.token for one in issued if one.voucher_id == voucher_id)


def proof(of: Phone, token: bytes, at: Instant, count: int) -> HolderProof:
    """What the phone signs at this instant."""
    hashed = hashlib.sha256(token).digest()
    whole = at.replace(microsecond=0)
    signature = of.key.sign(holder_message(hashed, seconds_of(whole), count))
    return HolderProof(hashed, whole, count, signature, None)


def redeeming(voucher_id: UUID, shown: HolderProof | CardProof, fen: int, bill_fen: int, operator: UUID) -> Redeem:
    """The body of such an event."""
    return Redeem(
        voucher=voucher_id,
        terms_version=1,
        bill_fen=bill_fen,
        eligible_fen=bill_fen,
        lines=None,
        amount_fen=fen,
        mode=Mode.ROTATING,
        proof=shown,
        operator=operator,
    )


def told(answer: Answer) -> dict[int, tuple[str, str | None]]:
    """(code, reason) by number."""
    return {one.seq: (str(one.code), one.reason) for one in answer.results}
