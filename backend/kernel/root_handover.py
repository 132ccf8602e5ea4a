"""Which root speaks for the county after the one that a counter pinned? A chain of hand-overs ``XN1``.

The old root signs the new one, and the new one signs the trust list: both have agreed. Whoever pinned an older root
goes along the chain, oldest hand-over first. Specification: ``fixtures/protocols/keys-and-trust/SPEC.md``, K11 and K12;
twin: ``pwa/src/kernel/root_handover.ts``.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from backend.kernel import cbor, cose
from backend.kernel.instants import Instant
from backend.kernel.signing import COMPRESSED_BYTES, KeyProblem, PublicKey, SigningKey
from backend.kernel.trust import county_number, county_text, instant_of, seconds_of

KIND: Final = "XN1"
MOST_HANDOVERS: Final = 8
LONGEST_HANDOVER: Final = 512


class Handover(Struct, frozen=True):
    """One root in place of another, said by the other."""

    county: str
    old: PublicKey
    new: PublicKey
    at: Instant


def sign_handover(handover: Handover, *, old: SigningKey) -> bytes:
    """As the old root says it."""
    items: list[cbor.CborValue] = [
        KIND,
        county_number(handover.county),
        handover.old.compressed,
        handover.new.compressed,
        seconds_of(handover.at),
    ]
    return cose.sign1(items, key=old, kid=handover.old.compressed[1:5])


def read_handover(data: bytes) -> Handover | None:
    """The hand-over in these bytes, if the root that it names signed it; ``None`` else."""
    if len(data) > LONGEST_HANDOVER:
        return None
    try:
        signed = cose.open1(data)
        match signed.items:
            case ["XN1", number, bytes(old), bytes(new), at] if len(old) == len(new) == COMPRESSED_BYTES:
                told = Handover(
                    county_text(number), PublicKey.from_point(old), PublicKey.from_point(new), instant_of(at)
                )
                return told if signed.is_from(told.old) else None
    except (cose.CoseProblem, KeyProblem, ValueError):
        return None
    return None


def succeeds(root: PublicKey, *, pinned: PublicKey, handovers: Sequence[bytes], county: str) -> bool:
    """Whether ``root`` is the one that was pinned, or was named by it and by those after it, in this order."""
    if root == pinned:
        return True
    if len(handovers) > MOST_HANDOVERS:
        return False
    holds = pinned
    for data in handovers:
        told = read_handover(data)
        if told is None or told.county != county:
            return False
        # Those of before are not asked: whoever pinned later has gone past them.
        if told.old == holds:
            holds = told.new
    return holds == root
