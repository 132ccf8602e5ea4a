"""What a till accepts without a network, and how its events read to the county."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.kernel.receipts import Receipt, verify_receipt
from backend.kernel.signing import PublicKey
from backend.kernel.trust import instant_of
from backend.sync.body_rules import Cmd, HolderProof, Mode, Redeem
from backend.sync.event_rules import SignedEvent, body_of, sign_event, verify_event
from backend.sync.push_rules import Push, Sentinel, verify_push
from merchant_tools.sealing import DeviceKey, write_challenge
from merchant_tools.signed import NotOurForm
from merchant_tools.till import Bill, Challenge, Till
from merchant_tools.till_rules import NotAccepted, day_of
from merchant_tools.till_state import Allowance, Limits
from tests.merchant_tools.shop import (
    BILL,
    CAMPAIGN,
    NOW,
    TERMS,
    a_till,
    a_till_connected,
    briefing,
    heard,
    other_holder,
    reading,
    shown,
    token_of,
    voucher_of,
)
from tests.protocols.challenge_vectors import GOOD
from tests.protocols.known_keys import AT, COUNTY, DAY, DEVICE, OPERATOR

HOUR = 3_600


def key_of(folder: Path) -> PublicKey:
    return PublicKey.from_point(DeviceKey.load(folder / "key.pem").point)


def refusal(ask: Callable[[], object]) -> str:
    """Why nothing was accepted."""
    with pytest.raises((NotAccepted, NotOurForm)) as refused:
        ask()
    assert isinstance(refused.value, NotAccepted | NotOurForm)
    return refused.value.reason


def test_an_accepted_voucher_is_an_event_that_the_county_reads(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    accepted = till.accept(shown(1, counter=7), BILL, reading(20))
    assert (accepted.seq, accepted.amount_fen, accepted.voucher) == (1, 50_00, voucher_of(1))
    read = verify_event(till.kept.entries[0].data, county=COUNTY, device=DEVICE, key=key_of(tmp_path))
    assert isinstance(read, SignedEvent)
    assert (read.hash, read.event.seq, read.event.prev) == (accepted.hash, 1, bytes(32))
    assert (read.event.t_dev, read.event.mono, read.event.policy) == (AT + timedelta(seconds=20), 20, 1)
    body = body_of(read.event)
    assert isinstance(body, Redeem)
    assert isinstance(body.proof, HolderProof)
    assert (body.mode, body.bill_fen, body.eligible_fen, body.amount_fen) == (Mode.ROTATING, 200_00, 200_00, 50_00)
    assert (body.voucher, body.terms_version, body.operator) == (voucher_of(1), 2, OPERATOR)
    assert body.proof.token_hash == hashlib.sha256(token_of(1)).digest()
    assert (body.proof.time, body.proof.counter, body.proof.nonce) == (AT, 7, None)


def test_the_county_and_the_till_write_the_same_bytes(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    key = DeviceKey.load(tmp_path / "key.pem")
    for number in (1, 2):
        till.accept(shown(number), BILL, reading(number))
    for entry in till.kept.entries:
        read = verify_event(entry.data, county=COUNTY, device=DEVICE, key=key_of(tmp_path))
        assert isinstance(read, SignedEvent)
        # A key of the county's kind that signs as the till's does: both follow RFC 6979.
        assert sign_event(read.event, device=key) == entry.data  # type: ignore[arg-type]  # only ``sign`` is asked.
    assert till.kept.entries[1].hash == till.kept.standing.head_hash


@pytest.mark.parametrize("length", [254, 255, 256, 65_535])
def test_pretix_an_event_of_every_length_is_read_as_it_was_written(length: int, tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    till.note("CMD", [DEVICE.bytes, "case.open", bytes(length), [], None], reading(1))
    push = verify_push(till.push(), county=COUNTY, devices={DEVICE: key_of(tmp_path)})
    assert isinstance(push, Push)
    read = verify_event(push.events[0].data, county=COUNTY, device=DEVICE, key=key_of(tmp_path))
    assert isinstance(read, SignedEvent)
    body = body_of(read.event)
    assert isinstance(body, Cmd)
    assert len(body.args) == length


def test_the_customers_receipt_names_the_event(tmp_path: Path) -> None:
    accepted = a_till_connected(tmp_path).accept(shown(1), BILL, reading(5))
    receipt = verify_receipt(accepted.receipt, county=COUNTY, devices={DEVICE: key_of(tmp_path)})
    assert isinstance(receipt, Receipt)
    assert (receipt.seq, receipt.event_hash, receipt.voucher) == (1, accepted.hash, voucher_of(1))
    assert (receipt.amount_fen, receipt.time) == (50_00, instant_of(NOW + 5))


def test_a_push_carries_what_is_not_acknowledged_and_what_the_till_remembers(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    for number in (1, 2, 3):
        till.accept(shown(number, holder=other_holder(number)), BILL, reading(number))
    assert heard(till, ack=1, at=10, results={1: ("applied", None)}) is True
    push = verify_push(till.push(), county=COUNTY, devices={DEVICE: key_of(tmp_path)})
    assert isinstance(push, Push)
    assert [event.seq for event in push.events] == [2, 3]
    assert (push.head.seq, push.head.hash) == (3, till.kept.standing.head_hash)
    assert push.sentinel == Sentinel(DEVICE, 3)
    assert heard(till, ack=3, at=20) is False


def test_a_challenge_of_the_till_is_the_one_of_the_vectors() -> None:
    text, digest = write_challenge(GOOD.county, GOOD.device, GOOD.nonce, GOOD.amount_fen)
    assert (text, digest) == (GOOD.text(), GOOD.digest())


def over_the_scan_limit(folder: Path) -> Till:
    told = briefing(terms={(CAMPAIGN, 2, 1): {**TERMS, "face_fen": 80_00}})
    return a_till_connected(folder, told=told)


def test_more_than_fifty_yuan_needs_the_answer_to_a_challenge(tmp_path: Path) -> None:
    till = over_the_scan_limit(tmp_path)
    told: dict[str, Any] = {"face_fen": 80_00}
    assert refusal(lambda: till.accept(shown(1, **told), BILL, reading(1))) == "needs-challenge"
    _, digest = write_challenge(COUNTY, DEVICE, bytes(16), 80_00)
    asked = Challenge(bytes(16), digest, 80_00)
    answered = shown(1, challenge=digest, at=AT + 3 * DAY, **told)
    assert till.accept(answered, BILL, reading(1), challenge=asked).amount_fen == 80_00
    other = Challenge(bytes(16), digest, 70_00)
    assert refusal(lambda: till.accept(shown(2, challenge=digest, **told), BILL, reading(1), challenge=other)) == (
        "challenge-for-another-amount"
    )


def test_more_than_a_hundred_yuan_is_for_the_county(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path, told=briefing(terms={(CAMPAIGN, 2, 1): {**TERMS, "face_fen": 120_00}}))
    assert refusal(lambda: till.accept(shown(1, face_fen=120_00), BILL, reading(1))) == "online-only"


def test_a_voucher_is_taken_once_at_a_till_also_after_a_restart(tmp_path: Path) -> None:
    a_till_connected(tmp_path).accept(shown(1, counter=1), BILL, reading(1))
    again = a_till_connected(tmp_path)
    assert refusal(lambda: again.accept(shown(1, counter=2), BILL, reading(2))) == "taken-here-before"


def test_a_voucher_that_the_status_list_knows_as_used_is_not_taken(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path, told=briefing(unusable=frozenset({1})))
    assert refusal(lambda: till.accept(shown(1), BILL, reading(1))) == "not-usable"
    assert till.accept(shown(2), BILL, reading(1)).seq == 1


@pytest.mark.parametrize(
    ("limits", "caps", "reason"),
    [
        ({"claims": 2}, 2_000_00, "too-many-claims"),
        ({"cap_fen": 149_99}, 2_000_00, "cap-reached"),
        ({}, 149_99, "allowance-used-up"),
        ({"hard": 100}, 2_000_00, "too-long-without-network"),
    ],
)
def test_an_episode_has_limits_that_outlive_a_restart(
    limits: dict[str, int], caps: int, reason: str, tmp_path: Path
) -> None:
    told = briefing(limits=Limits(number=1, **limits), allowance=Allowance(0, NOW, {CAMPAIGN: caps}))
    for number in (1, 2):
        a_till_connected(tmp_path, told=told).accept(
            shown(number, holder=other_holder(number)), BILL, reading(50 * number)
        )
    third = shown(3, holder=other_holder(3), at=AT + timedelta(seconds=101))
    assert refusal(lambda: a_till_connected(tmp_path, told=told).accept(third, BILL, reading(101))) == reason


def test_exactly_the_cap_is_accepted(tmp_path: Path) -> None:
    told = briefing(limits=Limits(number=1, cap_fen=100_00), allowance=Allowance(0, NOW, {CAMPAIGN: 100_00}))
    till = a_till_connected(tmp_path, told=told)
    assert [till.accept(shown(number), BILL, reading(1)).seq for number in (1, 2)] == [1, 2]


def test_a_holder_has_a_limit_for_a_day_which_ends_at_midnight_in_the_county(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    for number in (1, 2):
        till.accept(shown(number), BILL, reading(1))
    assert refusal(lambda: till.accept(shown(3), BILL, reading(1))) == "holder-limit-reached"
    till.accept(shown(4, holder=other_holder(4)), BILL, reading(1))
    midnight = 14 * HOUR  # ``AT`` is ten o'clock in the county.
    assert (day_of(NOW + midnight - 1), day_of(NOW + midnight)) == (day_of(NOW), day_of(NOW) + 1)
    tomorrow = shown(3, at=AT + timedelta(seconds=midnight))
    assert till.accept(tomorrow, BILL, reading(midnight)).seq == 4


def test_an_allowance_counts_what_was_accepted_while_it_was_on_its_way(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    for number in (1, 2):
        till.accept(shown(number, holder=other_holder(number)), BILL, reading(1))
    # The county dealt when it had the first claim; the second was accepted before its word came.
    till.brief(briefing(allowance=Allowance(after=1, dealt_at=NOW + 10, caps={CAMPAIGN: 80_00})))
    third = shown(3, holder=other_holder(3))
    assert refusal(lambda: till.accept(third, BILL, reading(2))) == "allowance-used-up"
    till.brief(briefing(allowance=Allowance(after=0, dealt_at=NOW, caps={CAMPAIGN: 2_000_00})))
    assert refusal(lambda: till.accept(third, BILL, reading(2))) == "allowance-used-up"
    till.brief(briefing(allowance=Allowance(after=2, dealt_at=NOW + 20, caps={CAMPAIGN: 80_00})))
    assert till.accept(third, BILL, reading(2)).seq == 3


def test_terms_that_the_till_does_not_know_or_that_do_not_fit_are_told(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    small = Bill(bill_fen=99_99, eligible_fen=99_99, operator=OPERATOR)
    assert refusal(lambda: till.accept(shown(1), small, reading(1))) == "bill-too-small"
    assert refusal(lambda: till.accept(shown(1, domain=2), BILL, reading(1))) == "terms-unknown"
    of_an_older_token = {(CAMPAIGN, 2, 0): TERMS}
    older = a_till_connected(tmp_path, told=briefing(terms=of_an_older_token))
    assert refusal(lambda: older.accept(shown(1, domain=0), BILL, reading(1))) == "terms-unknown"
    assert refusal(lambda: till.accept(shown(1, terms_version=3), BILL, reading(1))) == "terms-unknown"
    till.brief(replace(till.briefing, counter={**till.briefing.counter, "trade": "hotel"}))
    assert refusal(lambda: till.accept(shown(1), BILL, reading(1))) == "wrong-trade"
    assert till.kept.entries == ()


def test_a_code_may_be_as_old_as_the_policy_says(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    assert refusal(lambda: till.accept(shown(1), BILL, reading(121))) == "code-stale"
    assert refusal(lambda: till.accept(shown(1, at=AT + timedelta(seconds=121)), BILL, reading(0))) == "code-early"
    assert till.accept(shown(1), BILL, reading(120)).seq == 1


def test_a_till_asks_the_network_first_when_it_is_late_or_near_a_cap_or_now_and_then(tmp_path: Path) -> None:
    told = briefing(limits=Limits(number=1, cap_fen=80_00))
    till = a_till_connected(tmp_path, told=told)
    assert [till.should_ask_first(reading(0), die) for die in (0.0999, 0.1)] == [True, False]
    assert [till.should_ask_first(reading(after), 0.5) for after in (12 * HOUR, 12 * HOUR + 1)] == [False, True]
    till.accept(shown(1), BILL, reading(0))
    assert till.should_ask_first(reading(0), 0.5) is True


def test_a_till_that_was_never_connected_accepts_nothing(tmp_path: Path) -> None:
    till = a_till(tmp_path)
    assert refusal(lambda: till.accept(shown(1), BILL, reading(1))) == "clock-far-ahead"
    assert refusal(lambda: till.accept(shown(1), BILL, reading(1), is_clock_right=True)) == "too-long-without-network"
    assert till.kept.entries == ()
