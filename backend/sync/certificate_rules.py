"""Who says that this device may sign claims, for whom, and until when?

A certificate ``XI1`` binds a device's key to the county, to the merchant whose claims it makes and to the station where
it stands. It lives thirty days at most and is renewed whenever the device is in touch, so a lost device ends by itself.
Its signature says who the device is; whether a claim is paid is asked of the whole log. Specification:
``fixtures/protocols/certificate/SPEC.md``; twins: ``pwa/src/offline/certificate.ts``,
``merchant_tools/device_papers.py``.
"""

from datetime import timedelta
from enum import IntEnum
from itertools import pairwise
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel.cbor import CborValue
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import COMPRESSED_BYTES, PublicKey, SigningKey
from backend.kernel.trust import TrustList, county_number, county_text, instant_of, seconds_of, uint
from backend.sync.issued_rules import IssuedFault, IssuedForm, open_issued, sign_issued

KIND: Final = "XI1"
LONGEST_LIFE: Final = timedelta(days=30)
MOST_DOMAINS: Final = 64
DEMONSTRATION: Final = 2
"""Flag: 演示数据, as in tokens."""
_LONGEST = 1_024
_LIMIT = 2**32


class CertificateReason(Reason):
    """Why a certificate proves nothing about a device; one line and one vector each."""

    MALFORMED = "certificate-malformed", 409, "设备证书无法识别", "The device certificate is not well formed"
    VERSION = (
        "certificate-version-unsupported",
        409,
        "设备证书版本较新，请更新本机",
        "The device certificate is newer than this program",
    )
    ALGORITHM = "algorithm-unsupported", 409, "券的签名算法不支持", "The signature's algorithm is not supported"
    WRONG_COUNTY = "certificate-wrong-county", 409, "设备证书属于别的县", "The device certificate is another county's"
    ISSUER_UNKNOWN = "issuer-unknown", 409, "发券方不在信任名单内", "The issuer is not in the trust list"
    ISSUER_NOT_SERVING = "issuer-not-serving", 409, "发券密钥不在有效期内", "The issuer's key was not in service then"
    FORGED = "certificate-forged", 409, "设备证书的签名不对", "The issuer's signature does not match"
    WRONG_DEVICE = "certificate-wrong-device", 409, "设备证书属于别的设备", "The certificate is another device's"
    LIVES_TOO_LONG = (
        "certificate-lives-too-long",
        409,
        "设备证书的有效期超过 30 天",
        "The certificate's life is over 30 days",
    )
    NOT_YET_VALID = "certificate-not-yet-valid", 409, "设备证书还没有生效", "The certificate is not valid yet"
    EXPIRED = (
        "certificate-expired",
        409,
        "设备证书已到期，请联网更新",
        "The certificate has expired; go online to renew it",
    )


_FAULTS = {
    IssuedFault.MALFORMED: CertificateReason.MALFORMED,
    IssuedFault.VERSION: CertificateReason.VERSION,
    IssuedFault.ALGORITHM: CertificateReason.ALGORITHM,
    IssuedFault.WRONG_COUNTY: CertificateReason.WRONG_COUNTY,
    IssuedFault.ISSUER_UNKNOWN: CertificateReason.ISSUER_UNKNOWN,
    IssuedFault.ISSUER_NOT_SERVING: CertificateReason.ISSUER_NOT_SERVING,
    IssuedFault.FORGED: CertificateReason.FORGED,
}


class DeviceKind(IntEnum):
    """Whose counter a device is."""

    MERCHANT = 1  # A merchant's phone or tablet, with the county's own pages.
    STATION = 2  # The tablet of a station, which does much more than take vouchers.
    TILL = 3  # A merchant's own till, with a program of theirs.


class Certificate(Struct, frozen=True, kw_only=True):
    """What a certificate says; it is valid from ``not_before`` to before ``expires_at``."""

    county: str
    device: UUID
    key: PublicKey
    kind: DeviceKind
    merchant: UUID | None
    """Whose claims the device makes; a station without a shop makes none."""
    station: UUID | None
    policy: int
    """The number of the policy that was in force; 0 when there was none, and then nothing is taken offline."""
    domains: tuple[int, ...] = ()
    """Which tokens' domains it may take offline, ascending; none named means all."""
    not_before: Instant
    expires_at: Instant
    flags: int = 0

    @property
    def issued_at(self) -> Instant:
        """The issuer must have served when the certificate begins."""
        return self.not_before

    def may_take(self, domain: int) -> bool:
        """Whether the device may take tokens of this domain offline; domain 0 is asked of the county by everybody."""
        return domain > 0 and (not self.domains or domain in self.domains)


def issue_certificate(certificate: Certificate, *, issuer: SigningKey, kid: bytes) -> bytes:
    """The signed bytes. Raises ``ValueError`` for a certificate that nobody would believe."""
    if not certificate.not_before < certificate.expires_at <= certificate.not_before + LONGEST_LIFE:
        raise ValueError("a certificate lives longer than nothing and at most 30 days")
    items: list[CborValue] = [
        KIND,
        county_number(certificate.county),
        certificate.device.bytes,
        certificate.key.compressed,
        int(certificate.kind),
        None if certificate.merchant is None else certificate.merchant.bytes,
        None if certificate.station is None else certificate.station.bytes,
        certificate.policy,
        list(certificate.domains),
        seconds_of(certificate.not_before),
        seconds_of(certificate.expires_at),
        certificate.flags,
    ]
    return sign_issued(items, certificate, _FORM, issuer=issuer, kid=kid)


def verify_certificate(
    data: bytes, *, trust: TrustList, county: str, device: UUID, at: Instant
) -> Certificate | Refused[CertificateReason]:
    """What the county says about this device at this instant, or the first reason why it says nothing."""
    certificate = open_issued(data, _FORM, trust=trust, county=county)
    if isinstance(certificate, IssuedFault):
        return Refused(_FAULTS[certificate])
    if certificate.device != device:
        return Refused(CertificateReason.WRONG_DEVICE)
    if certificate.expires_at - certificate.not_before > LONGEST_LIFE:
        return Refused(CertificateReason.LIVES_TOO_LONG)
    if at < certificate.not_before:
        return Refused(CertificateReason.NOT_YET_VALID)
    if at >= certificate.expires_at:
        return Refused(CertificateReason.EXPIRED)
    return certificate


def _certificate_of(items: list[CborValue]) -> Certificate:
    match items:
        case ["XI1", number, bytes(device), bytes(key), kind, merchant, station, policy, [*domains], start, end, flags]:
            if len(device) != 16 or len(key) != COMPRESSED_BYTES:
                raise ValueError("a device has 16 bytes and its key 33")
            if uint(flags, _LIMIT) & ~DEMONSTRATION:
                raise ValueError("a flag that this version does not know")
            certificate = Certificate(
                county=county_text(number),
                device=UUID(bytes=device),
                key=PublicKey.from_point(key),
                kind=DeviceKind(uint(kind, _LIMIT)),
                merchant=_perhaps(merchant),
                station=_perhaps(station),
                policy=uint(policy, _LIMIT),
                domains=_domains_of(domains),
                not_before=instant_of(start),
                expires_at=instant_of(end),
                flags=uint(flags, _LIMIT),
            )
        case _:
            raise ValueError("not the twelve items of a certificate")
    owner = certificate.station if certificate.kind is DeviceKind.STATION else certificate.merchant
    if owner is None:
        raise ValueError("a station's device names its station, every other one its merchant")
    return certificate


def _perhaps(value: CborValue) -> UUID | None:
    if value is None:
        return None
    if not isinstance(value, bytes) or len(value) != 16:
        raise ValueError("an id has 16 bytes")
    return UUID(bytes=value)


def _domains_of(values: list[CborValue]) -> tuple[int, ...]:
    domains = tuple(uint(value, _LIMIT) for value in values)
    if len(domains) > MOST_DOMAINS or 0 in domains or any(one >= other for one, other in pairwise(domains)):
        raise ValueError("at most 64 domains from 1 on, ascending, each once")
    return domains


_FORM = IssuedForm(KIND, _LONGEST, _certificate_of)
