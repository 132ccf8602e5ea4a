"""A station with a tablet that the office let in, and what its operator registers there without a network."""

from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from backend.database.county import County
from backend.kernel import cbor
from backend.kernel.ids import new_id
from backend.kernel.signing import SigningKey
from backend.stations.rules import ProofKind
from backend.sync.body_rules import Cmd, Shift, ShiftAct
from backend.sync.device_rules import DeviceKind
from backend.sync.journal_file_rules import journal_key, point_of
from backend.sync.journal_key import journal_key_of
from backend.sync.station_claim_rules import TYPE, Place, covered
from tests.stations.station_makers import OPERATOR, appointed, with_station
from tests.sync.device_makers import active_device, policy_in_force
from tests.sync.pushing import Counter

FRESH = journal_key(b"yizhan TEST KEY made for a claim")
NONCE = bytes(range(12))


class Tablet(Struct, frozen=True):
    """The station, and its tablet's journal."""

    station_id: UUID
    counter: Counter


async def tablet(county: County, number: int = 0, *, station_id: UUID | None = None) -> Tablet:
    """Let in, with the county's first word; a station with its operator unless one is named."""
    if station_id is None:
        station_id = await with_station(county)
        await appointed(county, station_id)
        await policy_in_force(county)
    device_id = await active_device(county, None, number=number, kind=DeviceKind.STATION, station_id=station_id)
    key = SigningKey.from_scalar((100 + number).to_bytes(32, "big"))
    counter = Counter(county=county, device_id=device_id, key=key, operator=OPERATOR)
    await counter.sync()
    return Tablet(station_id, counter)


def begins(shift: UUID, cash_fen: int = 20_000, operator: UUID = OPERATOR) -> Shift:
    """A shift is opened."""
    return Shift(ShiftAct.OPEN, shift, operator, cash_fen)


def ends(shift: UUID, cash_fen: int = 20_000, reason: str | None = None, operator: UUID = OPERATOR) -> Shift:
    """It is closed."""
    return Shift(ShiftAct.CLOSE, shift, operator, cash_fen, reason)


def registered(counter: Counter, round_id: UUID, shift: UUID, phone: str, **given: Any) -> Cmd:
    """A claim for the person of this phone, as the tablet seals it."""
    cmd_id: UUID = given.pop("cmd_id", None) or new_id()
    deps: tuple[UUID, ...] = given.pop("deps", ())
    name: str = given.pop("type", TYPE)
    place = Place(counter.county.code, counter.device_id, cmd_id)
    args = sealed_claim(place, point_of(journal_key_of(counter.county)), round_id, shift, phone, **given)
    return Cmd(cmd_id, name, args, deps, None)


def sealed_claim(
    place: Place,
    recipient: bytes,
    round_id: UUID,
    shift: UUID,
    phone: str,
    *,
    number: str | None = None,
    proof: str = ProofKind.IDENTITY_CARD.value,
    operator: UUID = OPERATOR,
    inside: cbor.CborValue = None,
    fresh: ec.EllipticCurvePrivateKey = FRESH,
    nonce: bytes = NONCE,
) -> bytes:
    """The arguments, written once more from the specification; ``inside`` takes the person's place."""
    head: list[cbor.CborValue] = ["XJ1", round_id.bytes, shift.bytes, operator.bytes, proof, recipient]
    head += [point_of(fresh), nonce]
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), recipient)
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=point_of(fresh) + recipient, info=b"XJ1")
    sealing = AESGCM(derive.derive(fresh.exchange(ec.ECDH(), theirs)))
    content = cbor.encode([phone, number] if inside is None else inside)
    return cbor.encode([*head, sealing.encrypt(nonce, content, covered(head, place))])
