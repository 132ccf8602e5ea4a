"""A counter's journal for the rules to judge: claims that keep to every rule until one thing of them is changed."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import structs

from backend.kernel.cards import Card
from backend.kernel.challenges import CounterChallenge
from backend.kernel.instants import Instant
from backend.kernel.presentations import holder_message
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey
from backend.kernel.tokens import Token
from backend.kernel.trust import seconds_of
from backend.sync.body_rules import Body, CardProof, Check, HolderProof, Mode, OnlineProof, Redeem
from backend.sync.compliance_rules import verdicts
from backend.sync.event_rules import BEGINNING, Checkpoint, DeviceEvent, SignedEvent, read_event, sign_event, with_body
from backend.sync.fact_rules import CardFacts, DeviceFacts, Episode, PolicyFacts, Span, VoucherFacts
from backend.sync.fault_rules import Fault
from backend.sync.limits_rules import OfflineLimits
from backend.vouchers.rules import Counter, Terms
from tests.protocols.known_keys import AT, CARD, COUNTER, COUNTY, DAY, DEVICE, HOLDER, OPERATOR, RESIDENT, known_key

HOUR = timedelta(hours=1)
CARD_HASH = hashlib.sha256(b"a card").digest()
SHOP = Counter(merchant_id=UUID(int=0x5409), trade="catering", town="511527100")
TERMS = Terms(kind_code="dining-20", face_fen=2_000, minimum_spend_fen=5_000, valid_days=7)
"""满50减20."""
SMALL = structs.replace(TERMS, kind_code="dining-5", face_fen=500, minimum_spend_fen=600)
LARGE = structs.replace(TERMS, kind_code="dining-80", face_fen=8_000, minimum_spend_fen=8_100)
KINDS = (TERMS, SMALL, LARGE)
OF_TOKEN = {"of_kind", "person"}


def voucher_id(number: int) -> UUID:
    """The voucher of this number."""
    return UUID(int=0xF0_0000 + number)


def token_hash(number: int) -> bytes:
    """The hash of that voucher's token."""
    return hashlib.sha256(b"token %d" % number).digest()


def holder_key(person: int) -> SigningKey:
    """The key of this person's phone."""
    return HOLDER if person == 0 else known_key(f"holder {person}")


def token(number: int, *, of_kind: int = 1, person: int = 0, **changes: Any) -> Token:
    """A token of the voucher of this number: one of three kinds, a week long."""
    given: dict[str, Any] = {
        "county": COUNTY,
        "voucher": voucher_id(number),
        "campaign": 3,
        "terms_version": 2,
        "face_fen": KINDS[of_kind - 1].face_fen,
        "not_before": AT - HOUR,
        "expires_at": AT + 6 * DAY,
        "holder": holder_key(person).public,
        "status_index": number,
        "domain": of_kind,
    }
    return Token(**(given | changes))


def facts(known: Mapping[int, Token], **changes: Any) -> DeviceFacts:
    """A merchant's active device; all that a counter may lack is there."""
    given: dict[str, Any] = {
        "county": COUNTY,
        "device": DEVICE,
        "epoch": 1,
        "station": False,
        "counter": SHOP,
        "active": (Span(AT - DAY),),
        "certificates": (Span(AT - HOUR, AT + 30 * DAY),),
        "policies": {4: PolicyFacts(OfflineLimits(), Span(AT - 30 * DAY))},
        "checkpoints": {no: AT + (no - 12) * HOUR for no in range(1, 200)},
        "snapshots": {900: AT, 800: AT - 71 * HOUR},
        "episodes": (Episode(number=1, after_seq=0, caps_fen={3: 2_000_00}),),
        "operators": {OPERATOR: Span(AT - DAY)},
        "terms": {(3, 2, domain): terms for domain, terms in enumerate(KINDS, 1)},
        "tokens": {token_hash(number): one for number, one in known.items()},
    }
    return DeviceFacts(**(given | changes))


@dataclass
class Journal:
    """Events of one device, each naming the one before it. ``at`` moves on by a minute with each."""

    events: list[SignedEvent] = field(default_factory=list)
    known: dict[int, Token] = field(default_factory=dict)
    at: Instant = AT + HOUR

    def add(self, body: Body, **changes: Any) -> SignedEvent:
        """One more event, as the device signs it."""
        self.at = changes.get("t_dev", self.at + timedelta(minutes=1))
        given: dict[str, Any] = {
            "county": COUNTY,
            "device": DEVICE,
            "seq": len(self.events) + 1,
            "prev": self.events[-1].hash if self.events else BEGINNING,
            "checkpoint": Checkpoint(12, AT),
            "epoch": 1,
            "policy": 4,
            "snapshot": 900,
            "t_dev": self.at,
            "mono": 5,
            "kind": "",
            "body": None,
        }
        event = signed(with_body(DeviceEvent(**(given | changes)), body))
        self.events.append(event)
        return event

    def take(self, number: int, **changes: Any) -> SignedEvent:
        """A voucher is taken by its code on the holder's screen; see ``claim``."""
        of_event = {name: changes.pop(name) for name in DeviceEvent.__struct_fields__ if name in changes}
        t_dev = of_event.setdefault("t_dev", self.at + timedelta(minutes=1))
        body = claim(number, at=t_dev, **changes)
        self.known.setdefault(number, token(number, **{name: changes[name] for name in changes if name in OF_TOKEN}))
        return self.add(body, **of_event)

    def facts(self, **changes: Any) -> DeviceFacts:
        """The county's records with the tokens of every voucher that was taken."""
        return facts(self.known, **changes)

    def told(self, **changes: Any) -> list[Fault | None]:
        """The verdicts in the order of the journal, those of other kinds left out."""
        found = verdicts(self.events, self.facts(**changes))
        return [found[event.hash] for event in self.events if event.hash in found]


def signed(event: DeviceEvent) -> SignedEvent:
    """The event as the device signs it and the county reads it."""
    read = read_event(sign_event(event, device=COUNTER))
    assert not isinstance(read, Refused), read
    return read


def claim(
    number: int,
    *,
    at: Instant,
    of_kind: int = 1,
    person: int = 0,
    challenge: bool = False,
    count: int = 1,
    key: SigningKey | None = None,
    drawn: Instant | None = None,
    **changes: Any,
) -> Redeem:
    """A claim on the voucher of this number by its holder's code, or the answer to a challenge."""
    amount = changes.get("amount_fen", KINDS[of_kind - 1].face_fen)
    nonce = number.to_bytes(16, "big") if challenge else None
    asked = b""
    if nonce is not None:
        asked = CounterChallenge(county=COUNTY, device=DEVICE, nonce=nonce, amount_fen=amount).digest()
    time = (drawn or at).replace(microsecond=0)
    hashed = changes.pop("token", token_hash(number))
    signature = (key or holder_key(person)).sign(holder_message(hashed, seconds_of(time), count, asked))
    given: dict[str, Any] = {
        "voucher": voucher_id(number),
        "terms_version": 2,
        "bill_fen": 10_000,
        "eligible_fen": 10_000,
        "lines": None,
        "amount_fen": amount,
        "mode": Mode.CHALLENGE if challenge else Mode.ROTATING,
        "proof": HolderProof(hashed, time, count, signature, nonce),
        "operator": OPERATOR,
    }
    return Redeem(**(given | changes))


def by_card(number: int, **changes: Any) -> Redeem:
    """A claim by the paper card at its home device."""
    proof = CardProof(CARD, CARD_HASH, Check.PHOTO)
    return structs.replace(claim(number, at=AT), **({"mode": Mode.PAPER, "proof": proof} | changes))


def online(number: int) -> Redeem:
    """The county itself took the voucher at this device."""
    return structs.replace(claim(number, at=AT), mode=Mode.ONLINE, proof=OnlineProof(UUID(int=number)))


def card_facts(numbers: Iterable[int], **changes: Any) -> dict[str, Any]:
    """The card at home at the device, and its owner's vouchers."""
    given: dict[str, Any] = {
        "county": COUNTY,
        "card": CARD,
        "not_before": AT - DAY,
        "expires_at": AT + 300 * DAY,
        "status_index": 1,
        "home": DEVICE,
    }
    held = VoucherFacts(
        resident=RESIDENT,
        campaign=3,
        terms_version=2,
        domain=1,
        face_fen=2_000,
        use_from=AT - DAY,
        expires_at=AT + 6 * DAY,
    )
    return {
        "cards": {CARD_HASH: CardFacts(Card(**(given | changes)), RESIDENT)},
        "vouchers": {voucher_id(number): held for number in numbers},
    }
