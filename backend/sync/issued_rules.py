"""Did the county sign this for its devices, with a key that served when it did?

Certificate, policy and allowance are signed objects of ``keys-and-trust``; they are opened alike and each refuses in
its own words. Pure. Specifications: ``fixtures/protocols/{certificate,policy,allowance}/SPEC.md``; twins:
``pwa/src/offline/issued.ts``, ``merchant_tools/device_papers.py``.
"""

from collections.abc import Callable
from enum import Enum
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from backend.kernel import cose
from backend.kernel.cbor import CborValue
from backend.kernel.instants import Instant
from backend.kernel.signing import SigningKey
from backend.kernel.trust import TrustList


class IssuedFault(Enum):
    """What is wrong with a signed object before its own rules are asked, in the order of checking."""

    MALFORMED = "malformed"  # No signed object, too long, or other items than its kind has.
    VERSION = "version"  # An object of another kind or version.
    ALGORITHM = "algorithm"  # Signed by an algorithm that is not known here.
    WRONG_COUNTY = "wrong-county"  # Another county's.
    ISSUER_UNKNOWN = "issuer-unknown"  # The trust list has no key of this id.
    ISSUER_NOT_SERVING = "issuer-not-serving"  # It was signed outside of the key's time of service.
    FORGED = "forged"  # The issuer's signature does not match.


class Issued(Protocol):
    """What the county signs for its devices."""

    @property
    def county(self) -> str:
        """The division code of six figures."""
        ...

    @property
    def issued_at(self) -> Instant:
        """The instant at which its issuer must have served."""
        ...


T = TypeVar("T", bound=Issued)


class IssuedForm(Struct, Generic[T], frozen=True):
    """How objects of one kind are read; ``items_read`` raises ``ValueError`` for what is none."""

    kind: str
    longest: int
    """Bytes of the whole object."""
    items_read: Callable[[list[CborValue]], T]


def sign_issued(items: list[CborValue], given: T, form: IssuedForm[T], *, issuer: SigningKey, kid: bytes) -> bytes:
    """The signed bytes. Raises ``ValueError`` unless these items say exactly what was given."""
    if form.items_read(items) != given:
        raise ValueError("instants and times on the wire are whole seconds")
    return cose.sign1(items, key=issuer, kid=kid)


def open_issued(data: bytes, form: IssuedForm[T], *, trust: TrustList, county: str) -> T | IssuedFault:
    """What an issuer of this county signed, or the first fault."""
    if len(data) > form.longest:
        return IssuedFault.MALFORMED
    try:
        signed = cose.open1(data)
        match signed.items:
            case [str(kind), *_] if kind != form.kind:
                return IssuedFault.VERSION
        issued = form.items_read(signed.items)
    except cose.AlgorithmUnsupported:
        return IssuedFault.ALGORITHM
    except ValueError:
        return IssuedFault.MALFORMED
    if issued.county != county:
        return IssuedFault.WRONG_COUNTY
    issuer = trust.key(signed.kid)
    if issuer is None:
        return IssuedFault.ISSUER_UNKNOWN
    if not issuer.serves_at(issued.issued_at):
        return IssuedFault.ISSUER_NOT_SERVING
    if not signed.is_from(issuer.public):
        return IssuedFault.FORGED
    return issued
