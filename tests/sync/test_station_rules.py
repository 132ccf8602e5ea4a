"""An act of a tablet counts as its device and its operator stood at the county's word, and when it can have been."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec import structs

from backend.kernel.cbor import CborValue
from backend.kernel.refusals import Refused
from backend.sync.body_rules import Shift, ShiftAct
from backend.sync.event_rules import Checkpoint, DeviceEvent
from backend.sync.fact_rules import DeviceFacts, Span
from backend.sync.fault_rules import Fault
from backend.sync.journal_file_rules import journal_key, point_of
from backend.sync.station_claim_rules import Place, StationClaimReason, open_station_claim
from backend.sync.station_rules import at_of, standing_fault
from tests.protocols.known_keys import AT, COUNTY, DEVICE, OPERATOR
from tests.sync.journals import HOUR, Journal
from tests.sync.station_tablets import sealed_claim

SHIFT = Shift(ShiftAct.OPEN, UUID(int=0x51), OPERATOR, 20_000)


def an_act() -> tuple[DeviceEvent, DeviceFacts]:
    """A shift is opened, and all that the county knows speaks for it."""
    journal = Journal()
    journal.add(SHIFT)
    return journal.events[0].event, journal.facts()


def test_an_act_by_whoever_works_there_is_believed() -> None:
    event, facts = an_act()
    assert standing_fault(event, OPERATOR, facts) is None
    assert standing_fault(event, None, facts) is None


def test_a_word_that_the_county_does_not_know() -> None:
    event, facts = an_act()
    word = event.checkpoint
    other = structs.replace(event, checkpoint=Checkpoint(word.no, word.time + timedelta(seconds=1)))
    never = structs.replace(event, checkpoint=Checkpoint(max(facts.checkpoints) + 1, word.time))
    for doubtful in (other, never):
        assert standing_fault(doubtful, OPERATOR, facts) is Fault.CHECKPOINT_UNKNOWN
        restored = structs.replace(facts, epoch=event.epoch + 1)
        assert standing_fault(doubtful, OPERATOR, restored) is Fault.CHECKPOINT_LOST


def test_a_device_or_an_operator_that_was_not_at_work_at_that_word() -> None:
    event, facts = an_act()
    word = facts.checkpoints[event.checkpoint.no]
    stopped = structs.replace(facts, active=(Span(word - HOUR, word),))
    assert standing_fault(event, OPERATOR, stopped) is Fault.DEVICE_NOT_ACTIVE
    assert standing_fault(event, None, stopped) is Fault.DEVICE_NOT_ACTIVE
    left = structs.replace(facts, operators={OPERATOR: Span(word - HOUR, word)})
    assert standing_fault(event, OPERATOR, left) is Fault.OPERATOR_UNKNOWN
    assert standing_fault(event, None, left) is None
    assert standing_fault(event, UUID(int=0xBAD), facts) is Fault.OPERATOR_UNKNOWN


@pytest.mark.parametrize(
    "inside",
    [["1540300000", None], ["1540300000", "5115271234"], ["15403000001", "51-1"], ["15403000001", 7], [], None],
)
def test_only_a_phone_and_perhaps_a_number_are_registered(inside: CborValue) -> None:
    key = journal_key(b"yizhan TEST KEY of a county's journals")
    place = Place(COUNTY, DEVICE, UUID(int=7))
    sealed = sealed_claim(
        place, point_of(key), UUID(int=8), UUID(int=9), "15403000001", number="5115271234", inside=inside
    )
    opened = open_station_claim(sealed, place, key=key)
    if inside is None:
        assert not isinstance(opened, Refused)
    else:
        assert isinstance(opened, Refused)
        assert opened.reason is StationClaimReason.DAMAGED


@pytest.mark.parametrize("known", [True, False])
def test_a_clock_is_believed_between_the_countys_word_and_the_longest_time_after_it(known: bool) -> None:
    event, facts = an_act()
    facts = facts if known else structs.replace(facts, policies={})
    word, far = event.checkpoint.time, AT + timedelta(days=400)
    hard = timedelta(hours=72)

    def at(shows: timedelta, now: timedelta | None = None) -> timedelta:
        moved = structs.replace(event, t_dev=word + shows)
        return at_of(moved, facts, far if now is None else word + now) - word

    assert at(HOUR) == HOUR
    assert at(-HOUR) == timedelta(0)
    assert at(hard + HOUR) == hard
    assert at(2 * HOUR, now=HOUR) == HOUR
