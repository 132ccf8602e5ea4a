"""Offline devices of a served county, as their programs do it: enrolled, told of what they have, and sending it."""

import hashlib
import urllib.request
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from backend.kernel.enrolment import Challenge, prove_possession
from backend.kernel.instants import Instant
from backend.kernel.presentations import holder_message
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey, from_base64url, to_base64url
from backend.kernel.trust import seconds_of
from backend.sync.answer_rules import Answer, read_answer
from backend.sync.body_rules import Body, HolderProof, Mode, Redeem
from backend.sync.event_rules import BEGINNING, Checkpoint, DeviceEvent, read_event, sign_event, with_body
from backend.sync.possession_rules import code_hash, possession_message
from backend.sync.push_rules import Numbered, Place, Push, sign_push
from backend.sync.request_rules import ReadRequest, sign_request
from backend.sync.word_rules import read_word
from merchant_tools.journal_file import seal_journal
from tests.journeys.campaigns import county_now
from tests.journeys.served import Served, Session

VERSION = "2026.11.20"


class OfflineDevice:
    """A device with a key of its own, and its journal."""

    def __init__(self, served: Served, number: int) -> None:
        self.served = served
        self.id = uuid4()
        self.county = served.ask("/api/v1/county")["code"]
        self.key = SigningKey.from_scalar((9_000 + number).to_bytes(32, "big"))
        self.journal: list[bytes] = []
        self.head = BEGINNING
        self.told: Answer | None = None

    def enrol(self, code: str) -> str:
        """Use an invitation; where the device stands then."""
        hashed = code_hash(from_base64url(code))
        message = possession_message(self.county, self.id, hashed, self.key.public)
        body = {
            "device_id": str(self.id),
            "code": code,
            "key": to_base64url(self.key.public.compressed),
            "signature": to_base64url(self.key.sign(message)),
            "app_version": VERSION,
        }
        state: str = self.served.ask("/api/v1/sync/enrolments", None, body)["state"]
        return state

    def push(self, *seqs: int, claimed: int | None = None) -> Answer:
        """Send these events, and tell of so many altogether."""
        head = Place(len(self.journal) if claimed is None else claimed, self.head)
        events = tuple(Numbered(seq, self.journal[seq - 1]) for seq in seqs)
        data = sign_push(
            Push(county=self.county, device=self.id, head=head, events=events, sentinel=None), device=self.key
        )
        headers = {"content-type": "application/cbor", "x-yizhan-version": VERSION, "x-yizhan-persistent": "true"}
        request = urllib.request.Request(f"{self.served.address}/api/v1/sync/push", data, headers, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            told = read_answer(answer.read(), county=self.county, device=self.id)
        assert not isinstance(told, Refused), told
        self.told = told
        return told

    def file(self) -> bytes:
        """The whole journal, sealed to the key that the county tells its devices."""
        address = "/api/v1/sync/pull"
        asked = ReadRequest(county=self.county, device=self.id, t_dev=county_now(self.served), address=address)
        signed = {"authorization": sign_request(asked, device=self.key)}
        with urllib.request.urlopen(
            urllib.request.Request(self.served.address + address, headers=signed), timeout=30
        ) as answer:
            word = read_word(answer.read(), county=self.county, device=self.id)
        assert not isinstance(word, Refused), word
        recipient = bytes.fromhex(word.collections["county"]["own"]["journal_key"])
        return seal_journal(self.county, self.id, list(enumerate(self.journal, 1)), recipient=recipient)

    def add(self, body: Body, *, late: int = 1) -> int:
        """One more event, so many seconds after the county's last word at least; its number."""
        assert self.told is not None, "a counter asks the county before it takes anything"
        plain = DeviceEvent(
            county=self.county,
            device=self.id,
            seq=len(self.journal) + 1,
            prev=self.head,
            checkpoint=Checkpoint(self.told.checkpoint.no, self.told.checkpoint.time),
            epoch=self.told.epoch,
            policy=self.told.policy,
            snapshot=self.told.status_version,
            t_dev=max(county_now(self.served), self.told.checkpoint.time + timedelta(seconds=late)),
            mono=60,
            kind="",
            body=None,
        )
        data = sign_event(with_body(plain, body), device=self.key)
        read = read_event(data)
        assert not isinstance(read, Refused)
        self.journal.append(data)
        self.head = read.hash
        return len(self.journal)


def invite(served: Served, clerk: Session, merchant_id: str, label: str) -> str:
    """The code of a merchant's phone."""
    body: dict[str, Any] = {"invitation_id": str(uuid4()), "kind": "merchant", "label": label}
    code: str = served.ask("/api/v1/office/devices/invitations", clerk, body | {"merchant_id": merchant_id})["code"]
    return code


def active_device(served: Served, clerk: Session, merchant_id: str, label: str, number: int) -> OfflineDevice:
    """A merchant's phone that was let in."""
    device = OfflineDevice(served, number)
    device.enrol(invite(served, clerk, merchant_id, label))
    served.ask(f"/api/v1/office/devices/{device.id}/approval", clerk, {"decision_id": str(uuid4())})
    return device


def merchant_id_of(served: Served, clerk: Session, place: int = 0) -> tuple[UUID, str]:
    """(id, name) of one of the county's merchants."""
    found = served.ask("/api/v1/office/merchants?state=admitted&limit=20", clerk)["items"][place]["merchant"]
    return UUID(found["merchant_id"]), found["name_zh"]


def taking(of: "HolderPhone", voucher_id: str, operator: str, at: Instant) -> Redeem:
    """A voucher of 满200减50 is taken by the code on its holder's screen."""
    return Redeem(
        voucher=UUID(voucher_id),
        terms_version=1,
        bill_fen=20_000,
        eligible_fen=20_000,
        lines=None,
        amount_fen=5_000,
        mode=Mode.ROTATING,
        proof=of.proof(voucher_id, at),
        operator=UUID(operator),
    )


class HolderPhone:
    """A resident's phone with a key of its own."""

    def __init__(self, served: Served, resident: Session) -> None:
        self.served, self.resident = served, resident
        self.key = SigningKey.new()
        self.count = 0
        asked = served.ask("/api/v1/me/holder-key/challenge", resident, {}, "POST")
        challenge = Challenge(
            county=served.ask("/api/v1/county")["code"],
            resident=UUID(resident.subject),
            nonce=from_base64url(asked["challenge"]),
            expires_at=datetime.fromisoformat(asked["expires_at"]),
        )
        body = {
            "key": to_base64url(self.key.public.uncompressed),
            "signature": to_base64url(prove_possession(challenge, holder=self.key)),
        }
        served.ask("/api/v1/me/holder-key", resident, body)

    def proof(self, voucher_id: str, at: Instant) -> HolderProof:
        """What the phone signs at this instant."""
        items = self.served.ask("/api/v1/me/tokens", self.resident, {}, "POST")["items"]
        token = next(one["token"] for one in items if one["voucher_id"] == voucher_id)
        hashed = hashlib.sha256(from_base64url(token)).digest()
        whole = at.replace(microsecond=0)
        self.count += 1
        return HolderProof(
            hashed, whole, self.count, self.key.sign(holder_message(hashed, seconds_of(whole), self.count)), None
        )
