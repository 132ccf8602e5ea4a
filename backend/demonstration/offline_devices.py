"""Which devices take vouchers without a network in the demonstration county, and what does each of them tell?

Each plays its program's part: it makes a key, keeps a journal and sends it through the ordinary verbs. Keys live as
long as the seeding does, so nobody can go on with one of these devices.
"""

from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.database.transaction import Transaction
from backend.demonstration.cast import Cast, SeedingRefused, accepted, staff_actor
from backend.identity.enrol_holder_key import AskChallenge, EnrolHolderKey, ask_challenge, enrol_holder_key
from backend.identity.records import HolderKey
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.enrolment import Challenge, prove_possession
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.presentations import holder_message
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey, from_base64url, to_base64url
from backend.kernel.trust import seconds_of
from backend.sync.answer_rules import Answer
from backend.sync.body_rules import Body, HolderProof, Mode, Redeem
from backend.sync.change_device import DeviceChanged
from backend.sync.decide_device import DecideDevice, decide_device
from backend.sync.device_rules import DeviceKind
from backend.sync.enrol_device import EnrolDevice, Enrolled, enrol_device
from backend.sync.event_rules import BEGINNING, Checkpoint, DeviceEvent, read_event, sign_event, with_body
from backend.sync.invite_device import DeviceInvited, InviteDevice, invite_device
from backend.sync.possession_rules import code_hash, possession_message
from backend.sync.push import TakePush, push
from backend.sync.push_rules import Numbered, Place, Push, sign_push
from backend.sync.recognise_push import RecognisedPush, RecognisePush, recognise_push
from backend.sync.renew_status import AskStates, renew_status, seen_states, states_to_list
from backend.vouchers.wallet import IssuedToken, IssueTokens, issue_tokens

OLDER, NEWER = "演示 1.4.2", "演示 1.5.0"
"""Versions that no program of ours has: nobody looks for them among real ones."""


class Named(StrEnum):
    """The devices, by a key of ours."""

    HOTPOT = "hotpot"  # It took three meals, one of whose vouchers was shown elsewhere later.
    NOODLES = "noodles"  # Somebody who is not of the shop took one voucher at it.
    RIVERSIDE = "riverside"  # Its browser promised nothing, and it took a voucher that was used up.
    TILL = "till"  # A till of a supermarket, which took nothing.
    LOST = "lost"  # Suspended, with two events that nobody will ever see.
    HOME = "home"  # The home of a paper card.
    FAR = "far"  # It brought a shift home.
    VAN = "van"  # It was cut off while it sent.
    WAITING = "waiting"  # The office has not let it in yet.


class Told(Struct, frozen=True, kw_only=True):
    """A device as its owner calls it; ``of`` is a shop's key, or the place of a station among the counters."""

    of: str | int
    kind: DeviceKind
    label: str
    version: str = NEWER
    persistent: bool = True


DEVICES = {
    Named.HOTPOT: Told(of="yuhu-hotpot", kind=DeviceKind.MERCHANT, label="前台手机"),
    Named.NOODLES: Told(of="jingyang-noodles", kind=DeviceKind.MERCHANT, label="收银台手机"),
    Named.RIVERSIDE: Told(
        of="small-river-noodles", kind=DeviceKind.MERCHANT, label="老板娘手机", version=OLDER, persistent=False
    ),
    Named.TILL: Told(of="huibaijia", kind=DeviceKind.TILL, label="2 号收银机"),
    Named.LOST: Told(of="plum-garden-kitchen", kind=DeviceKind.MERCHANT, label="老板手机", version=OLDER),
    Named.HOME: Told(of=0, kind=DeviceKind.STATION, label="值班平板"),
    Named.FAR: Told(of=3, kind=DeviceKind.STATION, label="柜台平板"),
    Named.VAN: Told(of=-1, kind=DeviceKind.STATION, label="车载平板", version=OLDER),
    Named.WAITING: Told(of="pingzhai-mutton", kind=DeviceKind.MERCHANT, label="新换的手机"),
}


class Phone(Struct):
    """A resident's phone with its key and the tokens that it has fetched; ``count`` grows with each code."""

    resident_id: UUID
    key: SigningKey
    tokens: list[IssuedToken] = []
    count: int = 0

    def shows(self, at: Instant) -> tuple[UUID, HolderProof]:
        """The first voucher, and the code for it at this instant."""
        token = self.tokens[0]
        self.count += 1
        hashed, whole = sha256(token.token).digest(), at.replace(microsecond=0)
        signature = self.key.sign(holder_message(hashed, seconds_of(whole), self.count))
        return token.voucher_id, HolderProof(hashed, whole, self.count, signature, None)


class Device(Struct):
    """A device with its journal; ``told`` is the county's last answer."""

    county: str
    named: Named
    key: SigningKey
    id: UUID
    operator: UUID
    journal: list[bytes] = []
    head: bytes = BEGINNING
    told: Answer | None = None

    def add(self, body: Body, at: Instant) -> int:
        """One more event; its number."""
        told = self.told
        assert told is not None, "a device asks the county before it does anything"
        plain = DeviceEvent(
            county=self.county,
            device=self.id,
            seq=len(self.journal) + 1,
            prev=self.head,
            checkpoint=Checkpoint(told.checkpoint.no, told.checkpoint.time),
            epoch=told.epoch,
            policy=told.policy,
            snapshot=told.status_version,
            t_dev=at.replace(microsecond=0),
            mono=600,
            kind="",
            body=None,
        )
        data = sign_event(with_body(plain, body), device=self.key)
        read = read_event(data)
        assert not isinstance(read, Refused), "we wrote it"
        self.journal.append(data)
        self.head = read.hash
        return len(self.journal)

    def take(self, phone: Phone, bill_fen: int, fen: int, at: Instant, *, operator: UUID | None = None) -> int:
        """The voucher that a phone shows."""
        voucher_id, proof = phone.shows(at)
        claim = Redeem(
            voucher=voucher_id,
            terms_version=1,
            bill_fen=bill_fen,
            eligible_fen=bill_fen,
            lines=None,
            amount_fen=fen,
            mode=Mode.ROTATING,
            proof=proof,
            operator=operator or self.operator,
        )
        return self.add(claim, at)

    async def send(self, tx: Transaction, at: Instant, *, left_out: frozenset[int] = frozenset()) -> Answer:
        """Send what is not acknowledged; the events ``left_out`` stay on their way."""
        first = 0 if self.told is None else self.told.ack_seq
        events = tuple(
            Numbered(seq, data) for seq, data in enumerate(self.journal, 1) if seq > first and seq not in left_out
        )
        head = Place(len(self.journal), self.head)
        sent = Push(county=self.county, device=self.id, head=head, events=events, sentinel=None)
        about = DEVICES[self.named]
        if (states := await states_to_list(tx, AskStates(at))) is not None:
            await renew_status(tx, seen_states(states, at), now=at)
        data = sign_push(sent, device=self.key)
        known = accepted(RecognisedPush, await recognise_push(tx, RecognisePush(data)), f"the key of {self.named}")
        taking = TakePush(sent=known.sent, app_version=about.version, persistent=about.persistent)
        self.told = accepted(Answer, await push(tx, taking, now=at), f"a push of {self.named}")
        return self.told


class Enrol(Struct, frozen=True, kw_only=True):
    """The office invites a device, which proves its key; all but the one that waits are let in."""

    cast: Cast
    named: Named


async def enrol(tx: Transaction, command: Enrol, *, now: Instant) -> Device:
    """The device, as its program has it."""
    about, cast = DEVICES[command.named], command.cast
    clerk = cast.officer("office-a", Role.OFFICE)
    shop = next((one for one in cast.shops if one.key == about.of), None)
    counter = cast.counters[about.of] if isinstance(about.of, int) else None
    inviting = InviteDevice(
        actor=clerk,
        invitation_id=new_id(),
        kind=about.kind,
        label=about.label,
        merchant_id=None if shop is None else shop.merchant_id,
        station_id=None if counter is None else counter.station_id,
    )
    invited = accepted(DeviceInvited, await invite_device(tx, inviting, now=now), f"inviting {command.named}")
    key, device_id, code = SigningKey.new(), new_id(), invited.code or ""
    message = possession_message(tx.county.code, device_id, code_hash(from_base64url(code)), key.public)
    enrolling = EnrolDevice(
        device_id=device_id,
        code=code,
        key=to_base64url(key.public.compressed),
        signature=to_base64url(key.sign(message)),
        app_version=about.version,
    )
    accepted(Enrolled, await enrol_device(tx, enrolling, now=now), f"enrolling {command.named}")
    if command.named is not Named.WAITING:
        deciding = DecideDevice(actor=clerk, decision_id=new_id(), device_id=device_id, approve=True)
        accepted(DeviceChanged, await decide_device(tx, deciding, now=now), f"letting {command.named} in")
    holder = shop.owner_id if shop is not None else counter.operator_id if counter is not None else None
    if holder is None:
        raise SeedingRefused(f"{command.named} belongs to nobody")
    return Device(county=tx.county.code, named=command.named, key=key, id=device_id, operator=holder)


async def enrol_phone(tx: Transaction, resident_id: UUID, *, now: Instant) -> Phone:
    """Somebody enables voucher codes on their phone, which fetches its tokens."""
    asked = await ask_challenge(tx, AskChallenge(resident_id), now=now)
    challenge = Challenge(county=tx.county.code, resident=resident_id, nonce=asked.nonce, expires_at=asked.expires_at)
    key = SigningKey.new()
    enrolling = EnrolHolderKey(
        resident_id=resident_id,
        key=to_base64url(key.public.uncompressed),
        signature=to_base64url(prove_possession(challenge, holder=key)),
        actor=Actor(kind=ActorKind.RESIDENT, id=resident_id, role=Role.RESIDENT.value),
    )
    accepted(HolderKey, await enrol_holder_key(tx, enrolling, now=now), "a holder's key")
    issued = await issue_tokens(tx, IssueTokens(resident_id), now=now)
    return Phone(resident_id=resident_id, key=key, tokens=accepted(list, issued, "tokens"))


def keep_only(phone: Phone, voucher_id: UUID) -> Phone:
    """The phone showing this voucher and no other."""
    return replace(phone, tokens=[one for one in phone.tokens if one.voucher_id == voucher_id])


def owner_of(cast: Cast, named: Named) -> tuple[Actor, UUID] | None:
    """(owner, merchant) of a shop's device; ``None`` for a station's."""
    shop = next((one for one in cast.shops if one.key == DEVICES[named].of), None)
    return None if shop is None else (staff_actor(shop.owner_id, Role.MERCHANT), shop.merchant_id)
