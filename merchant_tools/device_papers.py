"""What does the county say about this till: who it is, which limits hold, how much was set apart for it?

Written from ``fixtures/protocols/{certificate,policy,allowance}/SPEC.md`` alone, so that a merchant's till can check
without a server what the county gave it. Seconds since 1970, amounts in fen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar
from uuid import UUID

from merchant_tools.signed import (
    LATEST_SECOND,
    NotOurForm,
    TrustList,
    is_county,
    is_point,
    is_signed_by,
    is_uint,
    open_signed,
)

LONGEST_CERTIFICATE_LIFE = 30 * 86_400
STATION = 2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Certificate:
    """Who a device is; ``key`` is a compressed point, ``domains`` without an item means all of them."""

    county: str
    device: UUID
    key: bytes
    kind: int
    merchant: UUID | None
    station: UUID | None
    policy: int
    domains: tuple[int, ...]
    not_before: int
    expires_at: int
    flags: int


@dataclass(frozen=True)
class EpisodeLimits:
    """What one device may take from one full acknowledgement to the next."""

    soft_s: int
    hard_s: int
    cap_fen: int
    claims: int


@dataclass(frozen=True)
class Policy:
    """The county's limits; parts in basis points."""

    county: str
    number: int
    enforced_at: int
    scan_fen: int
    challenge_fen: int
    holder_day_fen: int
    skew_s: int
    soft_bp: int
    probe_bp: int
    close_extra_s: int
    merchant: EpisodeLimits
    station: EpisodeLimits


@dataclass(frozen=True)
class Allowance:
    """How much of each campaign's pool one device may take in one episode, by the campaign's number.

    Events after number ``after`` count in it.
    """

    county: str
    device: UUID
    episode: int
    after: int
    dealt_at: int
    caps: tuple[tuple[int, int], ...]


def check_certificate(data: bytes, *, trust: TrustList, county: str, device: UUID, at: datetime) -> Certificate:
    """What the county says about this device now. Raises ``NotOurForm`` with the specification's first reason."""
    found = _opened(data, _CERTIFICATES, trust, county)
    if found.device != device:
        raise NotOurForm("certificate-wrong-device")
    if found.expires_at - found.not_before > LONGEST_CERTIFICATE_LIFE:
        raise NotOurForm("certificate-lives-too-long")
    if at < _EPOCH + timedelta(seconds=found.not_before):
        raise NotOurForm("certificate-not-yet-valid")
    if at >= _EPOCH + timedelta(seconds=found.expires_at):
        raise NotOurForm("certificate-expired")
    return found


def check_policy(data: bytes, *, trust: TrustList, county: str, known_number: int = 0) -> Policy:
    """The policy, unless a newer one is known. Raises ``NotOurForm`` with the specification's first reason."""
    found = _opened(data, _POLICIES, trust, county)
    if found.number < known_number:
        raise NotOurForm("policy-older")
    return found


def check_allowance(
    data: bytes, *, trust: TrustList, county: str, device: UUID, known: tuple[int, int] | None = None
) -> Allowance:
    """The allowance, unless a newer one is known by (episode, dealt at). Raises ``NotOurForm``."""
    found = _opened(data, _ALLOWANCES, trust, county)
    if found.device != device:
        raise NotOurForm("allowance-wrong-device")
    if known is not None and (found.episode, found.dealt_at) < known:
        raise NotOurForm("allowance-older")
    return found


P = TypeVar("P", Certificate, Policy, Allowance)
# Kind, name in the words of refusals, longest, reader of the items, instant at which the issuer must have served.
_Form = tuple[str, str, int, Callable[[list[Any]], P | None], Callable[[P], int]]


def _opened(data: bytes, form: _Form[P], trust: TrustList, county: str) -> P:
    kind, name, longest, read, issued_at = form
    if len(data) > longest:
        raise NotOurForm(f"{name}-malformed")
    try:
        signed = open_signed(data)
    except NotOurForm as problem:
        raise NotOurForm(f"{name}-malformed" if problem.reason == "malformed" else problem.reason) from None
    if signed.items and isinstance(signed.items[0], str) and signed.items[0] != kind:
        raise NotOurForm(f"{name}-version-unsupported")
    found = read(signed.items)
    if found is None:
        raise NotOurForm(f"{name}-malformed")
    if found.county != county:
        raise NotOurForm(f"{name}-wrong-county")
    issuer = trust.keys.get(signed.kid)
    if issuer is None:
        raise NotOurForm("issuer-unknown")
    if not issuer.not_before <= issued_at(found) < issuer.not_after:
        raise NotOurForm("issuer-not-serving")
    if not is_signed_by(issuer.point, signed.signature, signed.message):
        raise NotOurForm(f"{name}-forged")
    return found


def _certificate_of(items: list[Any]) -> Certificate | None:
    match items:
        case ["XI1", number, device, key, kind, merchant, station, policy, [*domains], start, end, flags]:
            ids = _is_id(device) and _is_id_or_none(merchant) and _is_id_or_none(station)
            numbers = is_county(number) and is_uint(policy) and is_uint(flags) and flags in (0, 2)
            instants = is_uint(start, LATEST_SECOND) and is_uint(end, LATEST_SECOND)
            named = is_uint(kind, 4) and kind > 0 and (station if kind == STATION else merchant) is not None
            if ids and numbers and instants and named and is_point(key) and _are_domains(domains):
                owner, place = (value and UUID(bytes=value) for value in (merchant, station))
                who = str(number), UUID(bytes=device), key, kind, owner, place
                return Certificate(*who, policy, tuple(domains), start, end, flags)
    return None


def _policy_of(items: list[Any]) -> Policy | None:
    match items:
        case ["XL1", county, number, since, scan, challenge, day, skew, soft, probe, extra, one, other]:
            limits = scan, challenge, day, skew, soft, probe, extra
            merchant, station = _episode_of(one), _episode_of(other)
            good = (
                is_county(county) and _is_some(number) and is_uint(since, LATEST_SECOND) and all(map(is_uint, limits))
            )
            if good and scan <= challenge and max(soft, probe) <= 10_000 and merchant and station:
                return Policy(str(county), number, since, *limits, merchant, station)
    return None


def _episode_of(value: Any) -> EpisodeLimits | None:
    if not isinstance(value, list) or len(value) != 4 or not all(map(is_uint, value)):
        return None
    return EpisodeLimits(*value) if value[0] <= value[1] else None


def _allowance_of(items: list[Any]) -> Allowance | None:
    match items:
        case ["XQ1", number, device, episode, after, dealt_at, [*caps]] if _is_id(device) and all(map(_is_cap, caps)):
            in_order = len(caps) <= 500 and all(one[0] < other[0] for one, other in pairwise(caps))
            if (
                is_county(number)
                and _is_some(episode)
                and is_uint(after)
                and is_uint(dealt_at, LATEST_SECOND)
                and in_order
            ):
                each = tuple((campaign, cap_fen) for campaign, cap_fen in caps)
                return Allowance(str(number), UUID(bytes=device), episode, after, dealt_at, each)
    return None


def _is_cap(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and _is_some(value[0]) and is_uint(value[1])


def _is_some(value: Any) -> bool:
    return is_uint(value) and value > 0


def _is_id(value: Any) -> bool:
    return isinstance(value, bytes) and len(value) == 16


def _is_id_or_none(value: Any) -> bool:
    return value is None or _is_id(value)


def _are_domains(values: list[Any]) -> bool:
    return len(values) <= 64 and all(map(_is_some, values)) and all(one < other for one, other in pairwise(values))


_CERTIFICATES: _Form[Certificate] = "XI1", "certificate", 1_024, _certificate_of, lambda found: found.not_before
_POLICIES: _Form[Policy] = "XL1", "policy", 512, _policy_of, lambda found: found.enforced_at
_ALLOWANCES: _Form[Allowance] = "XQ1", "allowance", 8_192, _allowance_of, lambda found: found.dealt_at
