"""Every vector of challenge, card and receipt, against the county's own code and the merchants' program."""

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel import base45
from backend.kernel.cards import CardReason, verify_card
from backend.kernel.challenges import ChallengeReason, CounterChallenge, read_challenge
from backend.kernel.presentations import Presented, holder_message, verify_presentation
from backend.kernel.receipts import Receipt, ReceiptReason, issue_receipt, read_receipt, verify_receipt
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import PublicKey
from backend.kernel.trust import TrustList, read_trust_list, seconds_of
from merchant_tools import offline_codes as merchants
from merchant_tools import signed as merchant_keys
from merchant_tools.presentation import check_presentation
from merchant_tools.signed import NotOurForm
from tests.protocols import receipt_vectors
from tests.protocols.card_vectors import card, printed
from tests.protocols.challenge_vectors import GOOD
from tests.protocols.known_keys import AT, COUNTER, COUNTY, DAY, DEVICE, known_key
from tests.protocols.vector_files import instant, vectors_of

Vector = dict[str, Any]
ENROLLED: dict[str, str] = vectors_of("receipt", "devices")[0].values[0]["keys"]
POINTS = {UUID(device): bytes.fromhex(key) for device, key in ENROLLED.items()}
KEYS = {device: PublicKey.from_point(point) for device, point in POINTS.items()}


def trusted(protocol: str) -> TrustList:
    """The list that the vectors of a protocol trust."""
    vector = vectors_of(protocol, "trusted")[0].values[0]
    root = PublicKey.from_point(bytes.fromhex(vector["root"]))
    trust = read_trust_list(bytes.fromhex(vector["data"]), root=root, county=COUNTY)
    assert isinstance(trust, TrustList)
    return trust


def trusted_by_merchants(protocol: str) -> merchant_keys.TrustList:
    vector = vectors_of(protocol, "trusted")[0].values[0]
    root = bytes.fromhex(vector["root"])
    return merchant_keys.read_trust_list(bytes.fromhex(vector["data"]), root=root, county=COUNTY)


def told(ask: Callable[[], Any]) -> Any:
    """What a merchant's function answers, or the reason why it does not."""
    try:
        return ask()
    except NotOurForm as refused:
        return refused.reason


def reason_of(outcome: object) -> object:
    """The word of a refusal."""
    return outcome.reason.value if isinstance(outcome, Refused) else outcome


@pytest.mark.parametrize(
    ("protocol", "op", "reasons"),
    [
        ("challenge", "challenge-refused", ChallengeReason),
        ("card", "card", CardReason),
        ("receipt", "receipt-refused", ReceiptReason),
    ],
)
def test_every_reason_has_a_vector_and_words_for_people(protocol: str, op: str, reasons: type[Reason]) -> None:
    seen = {each.values[0].get("reason") for each in vectors_of(protocol, op)} - {None}
    assert seen == {reason.value for reason in reasons}
    assert all(reason.zh and reason.en and reason.status == 409 for reason in reasons)


@pytest.mark.parametrize("vector", vectors_of("challenge", "challenge"))
def test_a_challenge_says_what_the_vector_says(vector: Vector) -> None:
    asked = read_challenge(vector["text"], county=vector["county"])
    assert isinstance(asked, CounterChallenge)
    assert asked.text() == vector["text"].strip()
    by_merchants = merchants.read_challenge(vector["text"], county=vector["county"])
    for read, digest in ((asked, asked.digest()), (by_merchants, by_merchants.digest)):
        said = {"device": str(read.device), "nonce": read.nonce.hex(), "amount_fen": read.amount_fen}
        assert said | {"digest": digest.hex()} == vector["expect"]


@pytest.mark.parametrize("vector", vectors_of("challenge", "challenge-refused"))
def test_what_is_no_challenge_is_refused_for_its_reason(vector: Vector) -> None:
    text, county = vector["text"], vector["county"]
    assert reason_of(read_challenge(text, county=county)) == vector["reason"]
    assert told(lambda: merchants.read_challenge(text, county=county)) == vector["reason"]


@pytest.mark.parametrize("vector", vectors_of("challenge", "answer"))
def test_an_answer_counts_for_the_counter_that_asked_whatever_its_clock_shows(vector: Vector) -> None:
    text, at = vector["text"], instant(vector["at"])
    asked = read_challenge(vector["challenge"], county=COUNTY)
    assert isinstance(asked, CounterChallenge)
    outcome = verify_presentation(text, trust=trusted("challenge"), county=COUNTY, at=at, challenge=asked.digest())
    by_county = str(outcome.token.voucher) if isinstance(outcome, Presented) else reason_of(outcome)
    digest = merchants.read_challenge(vector["challenge"], county=COUNTY).digest
    trust = trusted_by_merchants("challenge")
    by_merchant = told(
        lambda: str(check_presentation(text, trust=trust, county=COUNTY, at=at, challenge=digest).token.voucher)
    )
    assert by_county == by_merchant == vector.get("reason", vector.get("expect", {}).get("voucher"))


@pytest.mark.parametrize("vector", vectors_of("challenge", "message"))
def test_a_holder_signs_the_challenges_hash_after_all_else(vector: Vector) -> None:
    token, challenge = bytes.fromhex(vector["token"]), bytes.fromhex(vector["challenge"])
    hashed = hashlib.sha256(token).digest()
    assert holder_message(hashed, vector["time"], vector["counter"], challenge).hex() == vector["message"]


@pytest.mark.parametrize("vector", vectors_of("card", "card"))
def test_a_card_is_taken_or_refused_for_its_reason(vector: Vector) -> None:
    text, county, at, device = vector["text"], vector["county"], instant(vector["at"]), UUID(vector["device"])
    outcome = verify_card(text, trust=trusted("card"), county=county, at=at)
    by_merchant = told(lambda: merchants.check_card(text, trust=trusted_by_merchants("card"), county=county, at=at))
    if "reason" in vector:
        assert (reason_of(outcome), by_merchant) == (vector["reason"],) * 2
        return
    assert not isinstance(outcome, Refused)
    for read, offline in ((outcome.card, outcome.card.is_home_at(device)), (by_merchant, by_merchant.home == device)):
        said = {"card": str(read.card), "status_index": read.status_index, "offline": offline}
        assert said == vector["expect"]


@pytest.mark.parametrize("vector", vectors_of("receipt", "receipt"))
def test_a_receipt_says_what_its_device_signed(vector: Vector) -> None:
    text, county = vector["text"], vector["county"]
    receipt = verify_receipt(text, county=county, devices=KEYS)
    assert isinstance(receipt, Receipt)
    by_merchant = merchants.check_receipt(text, county=county, devices=POINTS)
    for read, time in ((receipt, seconds_of(receipt.time)), (by_merchant, by_merchant.time)):
        numbers = {"seq": read.seq, "amount_fen": read.amount_fen, "time": time}
        names = {"device": str(read.device), "event_hash": read.event_hash.hex(), "voucher": str(read.voucher)}
        assert numbers | names == vector["expect"]


@pytest.mark.parametrize("vector", vectors_of("receipt", "receipt-refused"))
def test_what_is_no_receipt_is_refused_for_its_reason(vector: Vector) -> None:
    text, county = vector["text"], vector["county"]
    assert reason_of(verify_receipt(text, county=county, devices=KEYS)) == vector["reason"]
    assert told(lambda: merchants.check_receipt(text, county=county, devices=POINTS)) == vector["reason"]


def test_a_phone_that_knows_no_device_reads_a_receipt_and_carries_it() -> None:
    read = read_receipt(issue_receipt(receipt_vectors.receipt(), device=known_key("never seen")), county=COUNTY)
    assert not isinstance(read, Refused)
    assert read.receipt == receipt_vectors.receipt()


ids = st.uuids()
amounts = st.integers(1, 2**32 - 1)


@given(ids, st.binary(min_size=16, max_size=16), amounts)
def test_a_challenge_comes_back_as_it_was_shown(device: UUID, nonce: bytes, amount_fen: int) -> None:
    asked = CounterChallenge(county=COUNTY, device=device, nonce=nonce, amount_fen=amount_fen)
    assert read_challenge(asked.text(), county=COUNTY) == asked
    assert len(asked.text()) <= 84


@given(ids, ids, st.integers(0, 2**32 - 1), st.integers(1, 366))
def test_a_card_comes_back_as_it_was_printed_and_fits_a_code_of_version_8(
    number: UUID, home: UUID, status_index: int, days: int
) -> None:
    given = card(card=number, home=home, status_index=status_index, expires_at=AT + days * DAY)
    text = printed(given)
    outcome = verify_card(text, trust=trusted("card"), county=COUNTY, at=AT)
    assert not isinstance(outcome, Refused)
    assert outcome.card == given
    assert len(text) <= 221  # ISO/IEC 18004: version 8, correction level M, alphanumeric.


@given(ids, ids, amounts, amounts, st.binary(min_size=32, max_size=32))
def test_a_receipt_comes_back_as_it_was_signed(
    device: UUID, voucher: UUID, seq: int, amount_fen: int, event: bytes
) -> None:
    given = receipt_vectors.receipt(device=device, voucher=voucher, seq=seq, amount_fen=amount_fen, event_hash=event)
    text = issue_receipt(given, device=COUNTER)
    assert verify_receipt(text, county=COUNTY, devices={device: COUNTER.public}) == given
    assert len(text) <= 384


def flipped(text: str, data: st.DataObject) -> str:
    """The code with some bits of one of its bytes turned."""
    body = bytearray(base45.decode(text[4:]))
    body[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
    return text[:4] + base45.encode(bytes(body))


@given(st.data())
def test_a_card_or_receipt_with_any_byte_turned_is_refused_by_both_for_one_reason(data: st.DataObject) -> None:
    spoilt = flipped(printed(), data)
    outcome = verify_card(spoilt, trust=trusted("card"), county=COUNTY, at=AT)
    assert isinstance(outcome, Refused)
    trust = trusted_by_merchants("card")
    assert told(lambda: merchants.check_card(spoilt, trust=trust, county=COUNTY, at=AT)) == outcome.reason.value
    spoilt = flipped(issue_receipt(receipt_vectors.receipt(), device=COUNTER), data)
    believed = verify_receipt(spoilt, county=COUNTY, devices=KEYS)
    assert isinstance(believed, Refused)
    assert told(lambda: merchants.check_receipt(spoilt, county=COUNTY, devices=POINTS)) == believed.reason.value


@given(st.data())
def test_a_challenge_with_any_byte_turned_is_refused_or_another_challenge(data: st.DataObject) -> None:
    spoilt = flipped(GOOD.text(), data)
    asked = read_challenge(spoilt, county=COUNTY)
    by_merchant = told(lambda: merchants.read_challenge(spoilt, county=COUNTY))
    if isinstance(asked, Refused):
        assert by_merchant == asked.reason.value
    else:
        assert asked.digest() == by_merchant.digest != GOOD.digest()


def test_what_nobody_would_read_is_not_written() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        CounterChallenge(county=COUNTY, device=DEVICE, nonce=bytes(15), amount_fen=1).text()
    with pytest.raises(ValueError, match="from 1 fen"):
        CounterChallenge(county=COUNTY, device=DEVICE, nonce=bytes(16), amount_fen=0).text()
    with pytest.raises(ValueError, match="366 days"):
        printed(card(expires_at=AT + 367 * DAY))
    with pytest.raises(ValueError, match="flag"):
        printed(card(flags=1))
    with pytest.raises(ValueError, match="nothing"):
        issue_receipt(receipt_vectors.receipt(amount_fen=0), device=COUNTER)
