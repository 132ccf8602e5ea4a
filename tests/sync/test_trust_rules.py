"""What a county asks its root to sign, and which of the signed lists may be put in force."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from backend.kernel import cbor
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey
from backend.kernel.trust import IssuerKey, TrustList, TrustReason, instant_of, read_trust_list, seconds_of
from backend.sync.trust_rules import (
    MOST_BYTES,
    InstallReason,
    Signed,
    decide_install,
    fresh_kid,
    read_request,
    read_signed,
    request_of,
    serial_after,
    sign_request,
)

AT = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)
COUNTY = "511527"
ROOT = SigningKey.from_scalar((71).to_bytes(32, "big"))
OTHER_ROOT = SigningKey.from_scalar((72).to_bytes(32, "big"))
PRESENT = SigningKey.from_scalar((73).to_bytes(32, "big"))
NEXT = SigningKey.from_scalar((74).to_bytes(32, "big"))
OPEN_END = datetime(2046, 1, 1, tzinfo=UTC)
ISSUER = IssuerKey(b"\x00\x02", PRESENT.public, datetime(2026, 1, 1, tzinfo=UTC), OPEN_END)
COMING = IssuerKey(b"\x00\x01", NEXT.public, datetime(2026, 1, 1, tzinfo=UTC), OPEN_END)
YEAR = timedelta(days=365)


def asked(*keys: IssuerKey, county: str = COUNTY, serial: int = 0) -> bytes:
    return request_of(county=county, name="筠连县", serial=serial, keys=keys or (ISSUER,), at=AT)


def signed(
    *keys: IssuerKey, root: SigningKey = ROOT, county: str = COUNTY, serial: int = 0, at: datetime = AT
) -> Signed:
    request = read_request(asked(*keys, county=county, serial=serial))
    assert request is not None
    read = read_signed(sign_request(request, root=root, at=at, lives=2 * YEAR))
    assert read is not None
    return read


def decided(
    given: Signed, *, before: TrustList | None = None, at: datetime = AT, root: SigningKey | None = ROOT
) -> TrustList | Refused[TrustReason] | Refused[InstallReason]:
    compared = None if root is None else root.public
    return decide_install(given, county=COUNTY, issuer=ISSUER, before=before, root=compared, at=at)


def test_what_was_asked_for_is_signed_and_believed() -> None:
    former = replace(COMING, not_after=AT + timedelta(days=3))
    trust = decided(signed(ISSUER, former))
    assert isinstance(trust, TrustList)
    assert (trust.county, trust.serial, trust.issued_at) == (COUNTY, 2026113000, instant_of(seconds_of(AT)))
    assert [key.kid for key in trust.keys] == [b"\x00\x01", b"\x00\x02"]
    # A key that goes on is given the root's time, one that ended keeps its end.
    assert (trust.keys[0].not_after, trust.keys[1].not_after) == (AT + timedelta(days=3), AT + 2 * YEAR)
    assert isinstance(read_trust_list(signed(ISSUER).data, root=ROOT.public, county=COUNTY), TrustList)


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"{}",
        b"\xff",
        asked()[:-20],
        asked().replace(b"yizhan-trust-request-1", b"yizhan-trust-request-2"),
        asked().replace(b'"511527"', b'"51152"'),
        asked().replace(PRESENT.public.compressed.hex().encode(), b"02" + b"ff" * 32),
        asked().replace(b'"0002"', b'"0"'),
        asked().replace(b'"0002"', b'""'),
        asked().replace(b'"serial"', b'"other"'),
        request_of(county=COUNTY, name="", serial=0, keys=[ISSUER, ISSUER], at=AT),
        request_of(county=COUNTY, name="", serial=0, keys=[], at=AT),
        request_of(county=COUNTY, name="筠连\x1b[2J", serial=0, keys=[ISSUER], at=AT),
        asked() + b" " * 20_000,
    ],
)
def test_what_is_no_request_is_not_signed(spoilt: bytes) -> None:
    assert read_request(spoilt) is None


@pytest.mark.parametrize("spoilt", [b"", b"\xff", cbor.encode([b"", b""]), cbor.encode([ROOT.public.compressed])])
def test_what_is_no_signed_list_is_told_so(spoilt: bytes) -> None:
    assert read_signed(spoilt) is None
    assert read_signed(cbor.encode([ROOT.public.compressed, bytes(20_000)])) is None


def test_files_are_read_up_to_their_longest_and_no_byte_further() -> None:
    padded = asked().ljust(MOST_BYTES)
    assert read_request(padded) is not None
    assert read_request(padded + b" ") is None
    head = len(cbor.encode([ROOT.public.compressed, bytes(MOST_BYTES - 100)])) - (MOST_BYTES - 100)
    longest = bytes(MOST_BYTES - head)
    assert read_signed(cbor.encode([ROOT.public.compressed, longest])) is not None
    assert read_signed(cbor.encode([ROOT.public.compressed, longest + b"\x00"])) is None


def test_another_root_is_not_believed() -> None:
    given = signed(root=OTHER_ROOT)
    for compared in (ROOT, None):
        assert decided(given, root=compared) == Refused(InstallReason.ROOT_UNKNOWN)
    assert isinstance(decided(given, root=OTHER_ROOT), TrustList)
    # The right root named over a list that it did not sign.
    assert decided(Signed(ROOT.public, given.data)) == Refused(TrustReason.LIST_FORGED)


def test_a_changed_byte_is_found() -> None:
    given = signed()
    for at in range(len(given.data)):
        changed = bytearray(given.data)
        changed[at] ^= 1
        assert isinstance(decided(Signed(given.root, bytes(changed))), Refused), at


def test_another_countys_list_is_refused() -> None:
    assert decided(signed(county="511528")) == Refused(TrustReason.LIST_WRONG_COUNTY)


def test_an_older_list_does_not_come_back() -> None:
    first, second = signed(), signed(serial=2026113000)
    before = decided(second)
    assert isinstance(before, TrustList)
    assert before.serial == 2026113001
    assert decided(first, before=before) == Refused(TrustReason.LIST_OLDER)
    assert decided(second, before=before) == before


def test_a_list_without_the_issuing_key_is_refused() -> None:
    assert decided(signed(COMING)) == Refused(InstallReason.WITHOUT_ISSUER)
    assert decided(signed(replace(COMING, kid=ISSUER.kid))) == Refused(InstallReason.WITHOUT_ISSUER)


def test_a_list_that_has_ended_is_refused() -> None:
    given = signed()
    assert isinstance(decided(given, at=AT + 2 * YEAR - timedelta(seconds=1)), TrustList)
    assert decided(given, at=AT + 2 * YEAR) == Refused(InstallReason.ENDED)


def test_a_list_from_the_future_is_refused() -> None:
    assert isinstance(decided(signed(at=AT + timedelta(days=1))), TrustList)
    assert decided(signed(at=AT + timedelta(days=1, seconds=1))) == Refused(InstallReason.FROM_TOMORROW)


def test_serials_are_days_and_grow() -> None:
    assert serial_after(0, AT) == 2026113000
    # Of a county that was restored from a backup of last year: what devices have seen is still less.
    assert serial_after(2025010203, AT) == 2026113000
    assert serial_after(2026113000, AT) == 2026113001
    assert serial_after(2027010100, AT) == 2027010101


def test_a_fresh_id_is_nobody_elses() -> None:
    taken = {number.to_bytes(2, "big") for number in range(2**16) if number != 0xABCD}
    assert fresh_kid(taken) == b"\xab\xcd"
