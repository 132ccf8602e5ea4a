"""Promises of tokens and codes on a screen that no list of examples can hold."""

import struct
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel import base45
from backend.kernel.presentations import (
    PREFIX,
    PresentationReason,
    Presented,
    RecentTokens,
    holder_message,
    is_presentation,
    present,
    verify_presentation,
)
from backend.kernel.refusals import Refused
from backend.kernel.tokens import Token, issue_token, read_token
from backend.kernel.trust import IssuerKey, TrustList, trusting
from tests.protocols.known_keys import (
    AT,
    COUNTY,
    DAY,
    HOLDER,
    ISSUER,
    ISSUER_KID,
    NEXT_ISSUER,
    STRANGER,
    VOUCHER,
    token,
    trust_list,
)

GOOD = issue_token(token(), issuer=ISSUER, kid=ISSUER_KID)
SHOWN = AT + timedelta(hours=1)
CODE = present(GOOD, holder=HOLDER, at=SHOWN, counter=9)


def verify(
    text: str, *, trust: TrustList | None = None, at: datetime = SHOWN, recent: RecentTokens | None = None
) -> Presented | Refused[PresentationReason]:
    return verify_presentation(text, trust=trust or trust_list(), county=COUNTY, at=at, recent=recent)


def big_county_token(campaign: int, terms_version: int, face_fen: int, status_index: int) -> Token:
    return Token(
        county=COUNTY,
        voucher=VOUCHER,
        campaign=campaign,
        terms_version=terms_version,
        face_fen=face_fen,
        not_before=AT,
        expires_at=AT + 7 * DAY,
        holder=HOLDER.public,
        status_index=status_index,
        flags=2,
        domain=0,
    )


@given(st.integers(0, 255), st.integers(0, 23), st.integers(0, 65535), st.integers(0, 2**32 - 1), st.integers(0, 20160))
def test_the_code_of_a_large_county_fits_a_qr_code_of_version_11(
    campaign: int, terms_version: int, face_fen: int, status_index: int, counter: int
) -> None:
    data = issue_token(big_county_token(campaign, terms_version, face_fen, status_index), issuer=ISSUER, kid=ISSUER_KID)
    assert len(data) <= 164
    # ISO/IEC 18004: version 11 with correction level M holds 366 alphanumeric signs.
    assert len(present(data, holder=HOLDER, at=AT, counter=counter)) <= 366


@given(st.data())
def test_a_code_with_any_sign_changed_is_not_accepted(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(CODE) - 1))
    sign = data.draw(st.sampled_from(base45.ALPHABET).filter(lambda sign: sign != CODE[at]))
    assert isinstance(verify(CODE[:at] + sign + CODE[at + 1 :]), Refused)


@given(st.data())
def test_a_token_with_any_bit_changed_is_not_accepted_even_when_its_holder_signs_it(data: st.DataObject) -> None:
    bit = data.draw(st.integers(0, 8 * len(GOOD) - 1))
    changed = bytearray(GOOD)
    changed[bit // 8] ^= 1 << bit % 8
    assert isinstance(verify(present(bytes(changed), holder=HOLDER, at=SHOWN, counter=9)), Refused)


@given(st.one_of(st.text(max_size=400), st.binary(max_size=250).map(lambda data: PREFIX + base45.encode(data))))
def test_any_text_is_refused_and_never_a_fault(text: str) -> None:
    assert isinstance(verify(text), Refused)


@given(st.integers(-120_000_000, 120_000_000))
def test_a_code_is_fresh_for_a_minute_on_both_sides_and_no_longer(microseconds: int) -> None:
    outcome = verify(CODE, at=SHOWN + timedelta(microseconds=microseconds))
    if microseconds > 60_000_000:
        assert outcome == Refused(PresentationReason.STALE)
    elif microseconds < -60_000_000:
        assert outcome == Refused(PresentationReason.EARLY)
    else:
        assert outcome == Presented(token(), read_token(GOOD).hash, SHOWN, 9)


@given(st.uuids(), st.integers(0, 2**32 - 1), st.integers(1, 7 * 86400))
def test_a_token_comes_back_as_it_was_issued(voucher: UUID, number: int, life: int) -> None:
    given_token = Token(
        county=COUNTY,
        voucher=voucher,
        campaign=number,
        terms_version=number,
        face_fen=number,
        not_before=AT,
        expires_at=AT + timedelta(seconds=life),
        holder=HOLDER.public,
        status_index=number,
        flags=number & 3,
        domain=number,
    )
    assert read_token(issue_token(given_token, issuer=ISSUER, kid=ISSUER_KID)).token == given_token


@pytest.mark.parametrize("life", [timedelta(0), -DAY, 7 * DAY + timedelta(seconds=1)])
def test_a_token_of_no_life_or_of_more_than_seven_days_is_not_issued(life: timedelta) -> None:
    with pytest.raises(ValueError, match="seven days"):
        issue_token(token(life=life), issuer=ISSUER, kid=ISSUER_KID)


def test_a_token_that_no_verifier_would_take_is_not_issued() -> None:
    for spoilt in (token(county="5115"), token(face_fen=-1), token(flags=8)):
        with pytest.raises(ValueError, match=r"."):
            issue_token(spoilt, issuer=ISSUER, kid=ISSUER_KID)


def test_a_remembered_token_is_refused_once_its_issuer_is_revoked() -> None:
    recent = RecentTokens()
    assert isinstance(verify(CODE, recent=recent), Presented)
    nobody = trusting(COUNTY, [], at=AT)
    assert verify(CODE, recent=recent, trust=nobody) == Refused(PresentationReason.ISSUER_UNKNOWN)


def test_a_remembered_token_is_checked_again_when_its_key_id_names_another_key() -> None:
    recent = RecentTokens()
    assert isinstance(verify(CODE, recent=recent), Presented)
    another = trusting(COUNTY, [IssuerKey(ISSUER_KID, NEXT_ISSUER.public, AT - DAY, AT + DAY)], at=AT)
    assert verify(CODE, recent=recent, trust=another) == Refused(PresentationReason.TOKEN_FORGED)


def test_a_remembered_token_still_needs_its_holder_and_its_time() -> None:
    recent = RecentTokens()
    assert isinstance(verify(CODE, recent=recent), Presented)
    stolen = present(GOOD, holder=STRANGER, at=SHOWN, counter=10)
    assert verify(stolen, recent=recent) == Refused(PresentationReason.HOLDER_FORGED)
    assert verify(CODE, recent=recent, at=AT + 7 * DAY) == Refused(PresentationReason.TOKEN_EXPIRED)


def test_a_forged_token_is_never_remembered() -> None:
    recent = RecentTokens()
    forged = issue_token(token(), issuer=STRANGER, kid=ISSUER_KID)
    for _ in range(2):
        outcome = verify(present(forged, holder=HOLDER, at=SHOWN, counter=1), recent=recent)
        assert outcome == Refused(PresentationReason.TOKEN_FORGED)
    assert recent.find(read_token(forged).hash) is None


def test_only_the_newest_tokens_are_remembered() -> None:
    recent = RecentTokens(limit=2)
    hashes = []
    for face in (1, 2, 3):
        data = issue_token(token(face_fen=face), issuer=ISSUER, kid=ISSUER_KID)
        assert isinstance(verify(present(data, holder=HOLDER, at=SHOWN, counter=1), recent=recent), Presented)
        hashes.append(read_token(data).hash)
    assert [recent.find(one) is not None for one in hashes] == [False, True, True]


def test_what_the_holder_signs_is_spelled_out_byte_by_byte() -> None:
    digest, challenge = bytes(range(32)), bytes(range(32, 64))
    plain = b"XV1" + digest + struct.pack(">QQ", 7, 8)
    assert holder_message(digest, 7, 8) == plain
    assert holder_message(digest, 7, 8, challenge) == plain + challenge
    with pytest.raises(ValueError, match="32 bytes"):
        holder_message(digest, 7, 8, b"short")


def test_a_text_claims_to_be_a_voucher_code_by_its_prefix() -> None:
    assert [is_presentation(text) for text in (CODE, f"\r\n{CODE}", "XV2:", "04207716", "xv1:", "")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
