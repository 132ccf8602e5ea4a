"""A county that was restored has forgotten what a device had fetched from it: that is never its merchant's loss."""

from typing import Any

import pytest

from backend.data_state.epoch import AskRestored, RaiseEpoch, raise_epoch, restored_at
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.sync.event_rules import Checkpoint
from backend.sync.fact_rules import PolicyFacts, Span
from backend.sync.fault_rules import BY_RECORDS, Fault
from backend.sync.limits_rules import OfflineLimits
from tests.databases import HandClock
from tests.protocols.known_keys import AT, OTHER_DEVICE, SECOND
from tests.sync.journals import HOUR, Journal, by_card, card_facts, voucher_id
from tests.sync.test_caps import journal_of, policy

RESTORED: dict[str, Any] = {"epoch": 2, "restored_at": AT + HOUR}


def one(**changes: Any) -> Journal:
    journal = Journal()
    journal.take(1, **changes)
    return journal


def carded(**of_event: Any) -> Journal:
    journal = Journal()
    journal.add(by_card(1), **of_event)
    return journal


def counted(**of_event: Any) -> Journal:
    journal = journal_of(1)
    journal.take(9, person=9, **of_event)
    return journal


CASES: dict[Fault, tuple[Any, dict[str, Any]]] = {
    Fault.POLICY_UNKNOWN: (one, {"policies": {}}),
    Fault.CARD_NOT_AT_HOME: (carded, card_facts([1], home=OTHER_DEVICE)),
    Fault.VOUCHER_NOT_THEIRS: (carded, card_facts([2])),
    Fault.VOUCHER_UNUSABLE: (one, {"unusable": {voucher_id(1): (Span(AT - HOUR),)}}),
    Fault.OVER_CAP: (counted, {"policies": policy(cap_fen=3_000)}),
    Fault.OVER_COUNT: (counted, {"policies": policy(claims=1)}),
    Fault.OVER_ALLOWANCE: (one, {"episodes": ()}),
}


def test_each_such_fault_is_tried() -> None:
    assert CASES.keys() == BY_RECORDS


@pytest.mark.parametrize("fault", CASES)
def test_what_the_restored_county_may_have_forgotten_is_for_a_person_to_see(fault: Fault) -> None:
    made, known = CASES[fault]
    assert made().told(**known)[-1] is fault, "a county that never was restored knows better"
    assert made().told(**known | RESTORED)[-1] is Fault.CHECKPOINT_LOST
    # Whoever knows of the restore is judged as ever, and so is whoever only says so and has a newer word.
    assert made(epoch=2).told(**known | RESTORED)[-1] is fault
    newer = Checkpoint(13, AT + HOUR)
    assert made(checkpoint=newer).told(**known | RESTORED)[-1] is fault
    assert made(checkpoint=newer).told(**known | RESTORED | {"restored_at": AT + HOUR + SECOND})[-1] is not fault


def test_what_no_record_can_change_stays_the_merchants() -> None:
    assert one(amount_fen=2_001).told(**RESTORED) == [Fault.AMOUNT_DIFFERS]
    slow = {4: PolicyFacts(OfflineLimits(), Span(AT - HOUR))}
    assert one(t_dev=AT + 72 * HOUR + SECOND).told(policies=slow, **RESTORED) == [Fault.OFFLINE_TOO_LONG]


async def test_a_county_knows_when_it_was_restored(county: County, clock: HandClock) -> None:
    assert await inquire(county, restored_at, AskRestored()) is None
    await transact(county, raise_epoch, RaiseEpoch())
    at = clock()
    clock.forward(hours=1)
    assert await inquire(county, restored_at, AskRestored()) == at
