"""County rule 7: a claim that broke a limit is the merchant's loss, unless nobody else used its voucher."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.kernel.tokens import ONLINE_ONLY
from backend.sync.answer_rules import ResultCode
from backend.sync.body_rules import Shift, ShiftAct, Void
from backend.sync.decide_event import decide_event
from backend.sync.event_rules import BEGINNING
from backend.sync.fault_rules import FOR_REVIEW, Fault
from backend.sync.find_conflicts import AskEvent, FindConflicts, FoundEvent, find_conflicts, find_event
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from backend.sync.log_rules import Judged
from backend.sync.loss_rules import CARELESS, DISTRUSTED, PAYABLE_WORDS, is_distrusted, may_be_paid, unproven
from backend.sync.review_rules import ConflictKind, ReviewReason
from backend.sync.settle_reviewed import Reviewed
from backend.vouchers.redeem import redeem
from backend.vouchers.redeem_rules import Redeemed
from tests.databases import HandClock
from tests.protocols.known_keys import AT, COUNTER
from tests.sync.journals import HOUR, Journal, by_card, card_facts, holder_key, token, token_hash
from tests.sync.pushing import Counter, proof, redeeming, token_of, told
from tests.sync.test_decide_event import deciding
from tests.sync.test_push import LIMITS, World, world
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import redemption, shown
from tests.vouchers.pools import places

ONE_CLAIM = structs.replace(
    LIMITS,
    merchant=EpisodeLimits(soft=timedelta(hours=12), hard=timedelta(hours=72), cap_fen=10_000, claims=1),
)


def test_every_fault_is_payable_distrusted_or_for_a_person_and_in_one_of_them_alone() -> None:
    assert sorted([*CARELESS, *DISTRUSTED, *FOR_REVIEW]) == sorted(Fault)


def test_what_was_put_aside_by_a_person_or_never_was_a_claim_is_neither() -> None:
    for word in ("rejected-by-office", "nothing-to-void", "no-discount", "sold-out"):
        judged = Judged(ResultCode.NONCOMPLIANT, word)
        assert (may_be_paid(judged), is_distrusted(judged)) == (False, False), word
    for word in PAYABLE_WORDS:
        assert may_be_paid(Judged(ResultCode.NONCOMPLIANT, word)), word
        assert not may_be_paid(Judged(ResultCode.NEEDS_REVIEW, word)), word


def beside(journal: Journal, nth: int = -1, **known: Any) -> Fault | None:
    """What else is wrong with a claim of the journal."""
    events = journal.events
    at = events.index(events[nth])
    return unproven(events[at], events[:at], journal.facts(**known), OfflineLimits())


@pytest.mark.parametrize(
    ("fault", "changes"), [(Fault.TOO_LATE, {"expires_at": AT}), (Fault.TOO_EARLY, {"not_before": AT + 3 * HOUR})]
)
def test_a_token_that_had_ended_or_not_begun_is_forgiven_and_its_signature_is_not(
    fault: Fault, changes: dict[str, Any]
) -> None:
    tokens = {token_hash(1): token(1, **changes)}
    good, forged = Journal(), Journal()
    good.take(1)
    forged.take(1, key=COUNTER)
    assert (good.told(tokens=tokens), forged.told(tokens=tokens)) == ([fault], [fault])
    assert (beside(good, tokens=tokens), beside(forged, tokens=tokens)) == (None, Fault.HOLDER_FORGED)


def test_behind_a_limit_everything_else_of_the_proof_is_looked_at() -> None:
    journal = Journal()
    journal.take(1)
    assert beside(journal) is None
    assert beside(journal, tokens={}) is Fault.NOT_REMEMBERED
    assert beside(journal, tokens={token_hash(1): token(2)}) is Fault.OTHER_VOUCHER
    assert beside(journal, tokens={token_hash(1): token(1, flags=ONLINE_ONLY)}) is Fault.ASK_ONLINE
    assert beside(journal, checkpoints={}) is Fault.CHECKPOINT_LOST
    other = structs.replace(token(1), holder=holder_key(1).public)
    assert beside(journal, tokens={token_hash(1): other}) is Fault.HOLDER_FORGED


def test_a_holders_counter_goes_up_behind_a_limit_too() -> None:
    journal = Journal()
    for count in (4, 5, 5, 3):
        journal.take(1, count=count)
    journal.take(2, person=1, count=1)
    found = [beside(journal, nth) for nth in range(5)]
    assert found == [None, None, Fault.COUNTER_REPLAYED, Fault.COUNTER_REPLAYED, None]


def test_a_card_counts_within_its_time_by_the_latest_clock_that_the_journal_showed() -> None:
    journal = Journal()
    journal.add(Void(9, "扫错"), t_dev=AT + 5 * HOUR)
    journal.add(by_card(1), t_dev=AT + HOUR)
    assert beside(journal, **card_facts([1])) is None
    assert beside(journal, **card_facts([1], expires_at=AT + 4 * HOUR)) is Fault.CARD_NOT_VALID
    assert beside(journal, **card_facts([1], home=None)) is Fault.CARD_NOT_AT_HOME
    assert beside(journal, **card_facts([2])) is Fault.VOUCHER_NOT_THEIRS


async def beyond(county: County, clock: HandClock) -> World:
    """The counter's second claim is one more than it may take; it had been to the county with neither."""
    here = await world(county, limits=ONE_CLAIM)
    clock.forward(minutes=5)
    for person in (0, 1):
        await here.counter.take(here.phones[person], here.vouchers[person])
    assert told(await here.counter.sync()) == {1: ("applied", None), 2: ("noncompliant", "over-count")}
    return here


async def seen_at(county: County, counter: Counter, seq: int) -> FoundEvent:
    """The event's page."""
    found = await inquire(county, find_event, AskEvent(counter.device_id, seq))
    assert found is not None
    return found


async def listed(county: County) -> list[int]:
    """Numbers of the events that somebody may still accept."""
    found = await inquire(county, find_conflicts, FindConflicts(kind=ConflictKind.UNSPENT))
    return [one.listed.place.seq for one in found]


async def test_a_claim_beyond_a_limit_is_paid_from_its_unspent_voucher_and_its_device_is_told(
    county: County, clock: HandClock
) -> None:
    here = await beyond(county, clock)
    assert await inquire(county, find_conflicts, FindConflicts()) == [], "nothing waits"
    assert await listed(county) == [2]
    page = await seen_at(county, here.counter, 2)
    assert (page.decidable, page.payable, page.accept_no) == (False, True, None)
    before = await places(county, here.campaign_id)
    command = deciding(here.counter, 2)
    done = await transact(county, decide_event, command)
    assert isinstance(done, Reviewed)
    assert (done.code, done.paid_fen, done.cover_fen, done.debt_fen) == (ResultCode.APPLIED, 5_000, 0, 0)
    assert await transact(county, decide_event, command) == structs.replace(done, again=True)
    after = await places(county, here.campaign_id)
    assert after[1:] == before[1:], "neither the pool nor an allowance paid"
    assert told(await here.counter.sync())[2] == ("applied", None), "its result moved forward"
    assert await listed(county) == []
    assert await faults(county) == []
    [entry] = await inquire(county, find, Find(act="sync.decide-event"))
    assert (entry.from_state, entry.to_state) == ("noncompliant", "applied")
    twice = await transact(county, decide_event, deciding(here.counter, 2))
    assert twice == Refused(ReviewReason.NOT_WAITING)


async def test_it_is_rejected_already_so_nobody_rejects_it(county: County, clock: HandClock) -> None:
    here = await beyond(county, clock)
    no = await transact(county, decide_event, deciding(here.counter, 2, accept=False))
    assert no == Refused(ReviewReason.NOT_WAITING)
    assert await listed(county) == [2]


async def refused_as_spent(county: County, here: World) -> None:
    """Accepting it moves nothing, and the desk shows it no more."""
    assert await transact(county, decide_event, deciding(here.counter, 2)) == Refused(ReviewReason.SPENT)
    assert await listed(county) == []
    page = await seen_at(county, here.counter, 2)
    assert (page.decidable, page.payable, page.accept_no) == (False, False, ReviewReason.SPENT)
    assert await faults(county) == []


async def test_a_voucher_that_the_county_took_pays_no_claim_against_the_rules(county: County, clock: HandClock) -> None:
    here = await beyond(county, clock)
    code = await shown(county, here.phones[1], here.vouchers[1], count=2)
    taken = await transact(county, redeem, redemption(county, code, await here.other.merchant()))
    assert isinstance(taken, Redeemed)
    await refused_as_spent(county, here)


async def test_a_voucher_with_a_claim_of_another_shop_pays_no_claim_against_the_rules(
    county: County, clock: HandClock
) -> None:
    here = await beyond(county, clock)
    seq = await here.other.take(here.phones[1], here.vouchers[1], count=2)
    assert told(await here.other.sync()) == {1: ("applied", None)}
    await refused_as_spent(county, here)
    here.other.take_back(seq)
    await here.other.sync()
    assert await listed(county) == [2], "it is unspent again"
    done = await transact(county, decide_event, deciding(here.counter, 2))
    assert isinstance(done, Reviewed)
    assert (done.code, done.paid_fen) == (ResultCode.APPLIED, 5_000)
    assert await faults(county) == []


async def test_of_two_claims_against_the_rules_on_one_voucher_one_is_paid(county: County, clock: HandClock) -> None:
    here = await beyond(county, clock)
    await here.other.take(here.phones[1], here.vouchers[1], count=2, fen=4_000)
    assert told(await here.other.sync()) == {1: ("noncompliant", "amount-differs")}
    assert sorted(await listed(county)) == [1, 2]
    done = await transact(county, decide_event, deciding(here.other, 1))
    assert isinstance(done, Reviewed)
    assert (done.code, done.paid_fen) == (ResultCode.APPLIED, 4_000), "what was claimed, at most what the terms give"
    await refused_as_spent(county, here)


async def test_a_voucher_that_ran_out_pays_no_claim_against_the_rules_even_before_it_is_swept(
    county: County, clock: HandClock
) -> None:
    here = await beyond(county, clock)
    clock.forward(days=400)
    await refused_as_spent(county, here)


async def test_what_the_device_took_back_stays_unpaid(county: County, clock: HandClock) -> None:
    here = await beyond(county, clock)
    here.counter.take_back(2)
    await here.counter.sync()
    assert await transact(county, decide_event, deciding(here.counter, 2)) == Refused(ReviewReason.TAKEN_BACK)
    page = await seen_at(county, here.counter, 2)
    assert (page.payable, page.accept_no) == (False, ReviewReason.TAKEN_BACK)


async def test_a_compliant_claim_that_comes_later_stands_beside_it_as_beside_any_other(
    county: County, clock: HandClock
) -> None:
    here = await beyond(county, clock)
    token = await token_of(county, here.phones[1], here.vouchers[1])
    await transact(county, decide_event, deciding(here.counter, 2))
    clock.forward(minutes=5)
    await here.other.take(here.phones[1], here.vouchers[1], count=2, token=token)
    assert told(await here.other.sync()) == {1: ("conflict_paid", None)}
    assert told(await here.counter.send_again([2])) == {2: ("applied", None)}
    assert (await places(county, here.campaign_id))[3] == 5_000, "the later one's allowance paid it"
    assert await faults(county) == []


async def test_an_earlier_compliant_claim_is_the_first_whatever_was_accepted_before_it_came(
    county: County, clock: HandClock
) -> None:
    here = await world(county, limits=ONE_CLAIM)
    clock.forward(minutes=5)
    await here.other.take(here.phones[1], here.vouchers[1])
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.take(here.phones[1], here.vouchers[1], count=2)
    await here.counter.sync()
    assert isinstance(await transact(county, decide_event, deciding(here.counter, 2)), Reviewed)
    assert told(await here.other.sync()) == {1: ("applied", None)}
    assert told(await here.counter.sync())[2] == ("conflict_paid", None)
    assert await faults(county) == []


async def test_what_came_too_late_is_only_paid_once_the_holders_signature_is_found_good(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(hours=73)
    token = await token_of(county, here.phones[0], here.vouchers[0])
    # The first fault is told, and nobody looked at the signature of a claim that came too late.
    forged = structs.replace(proof(here.phones[0], token, clock(), 1), signature=b"\x01" * 64)
    here.counter.add(redeeming(here.vouchers[0], forged, 5_000, 20_000, here.counter.operator))
    await here.counter.take(here.phones[1], here.vouchers[1])
    late = ("noncompliant", "offline-too-long")
    assert told(await here.counter.sync()) == {1: late, 2: late}
    no = await transact(county, decide_event, deciding(here.counter, 1))
    assert no == Refused(ReviewReason.UNPROVEN, "holder-forged")
    page = await seen_at(county, here.counter, 1)
    assert (page.payable, page.accept_no) == (False, ReviewReason.UNPROVEN)
    done = await transact(county, decide_event, deciding(here.counter, 2))
    assert isinstance(done, Reviewed)
    assert (done.code, done.paid_fen) == (ResultCode.APPLIED, 5_000)
    assert await faults(county) == []


async def test_a_code_that_was_shown_before_pays_nothing_although_its_first_claim_was_taken_back(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    token, at = await token_of(county, here.phones[0], here.vouchers[0]), clock()
    await here.counter.take(here.phones[0], here.vouchers[0], token=token)
    here.counter.take_back(1)
    clock.forward(hours=73)
    again = redeeming(here.vouchers[0], proof(here.phones[0], token, at, 1), 5_000, 20_000, here.counter.operator)
    here.counter.add(again)
    assert told(await here.counter.sync())[3] == ("noncompliant", "offline-too-long")
    no = await transact(county, decide_event, deciding(here.counter, 3))
    assert no == Refused(ReviewReason.UNPROVEN, "counter-replayed")
    assert await faults(county) == []


async def test_another_vouchers_token_is_found_out_behind_a_limit(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(hours=73)
    other = proof(here.phones[1], await token_of(county, here.phones[1], here.vouchers[1]), clock(), 1)
    here.counter.add(redeeming(here.vouchers[0], other, 5_000, 20_000, here.counter.operator))
    assert told(await here.counter.sync()) == {1: ("noncompliant", "offline-too-long")}
    no = await transact(county, decide_event, deciding(here.counter, 1))
    assert no == Refused(ReviewReason.UNPROVEN, "token-of-another-voucher")


async def test_what_a_copied_device_took_after_its_copy_is_in_doubt(county: County, clock: HandClock) -> None:
    here = await beyond(county, clock)
    copy = structs.replace(here.counter, journal=[], head=BEGINNING)
    copy.add(Shift(ShiftAct.OPEN, new_id(), copy.operator))
    await copy.send([1])
    no = await transact(county, decide_event, deciding(here.counter, 2))
    assert no == Refused(ReviewReason.UNPROVEN, "chain-forked")


async def test_what_was_distrusted_is_never_accepted(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    token = await token_of(county, here.phones[0], here.vouchers[0])
    forged = structs.replace(proof(here.phones[0], token, clock(), 1), signature=b"\x01" * 64)
    here.counter.add(redeeming(here.vouchers[0], forged, 5_000, 20_000, here.counter.operator))
    assert told(await here.counter.sync()) == {1: ("noncompliant", "holder-forged")}
    assert await transact(county, decide_event, deciding(here.counter, 1)) == Refused(ReviewReason.DISTRUSTED)
    assert await listed(county) == []
    nothing = deciding(here.counter, 1, accept=False, decision_id=new_id())
    assert await transact(county, decide_event, nothing) == Refused(ReviewReason.NOT_WAITING)


async def test_the_list_goes_on_beyond_what_is_spent(county: County, clock: HandClock) -> None:
    here = await world(
        county, limits=structs.replace(ONE_CLAIM, merchant=structs.replace(ONE_CLAIM.merchant, claims=0))
    )
    clock.forward(minutes=5)
    for person in (0, 1):
        await here.counter.take(here.phones[person], here.vouchers[person])
        await here.counter.sync()
        clock.forward(minutes=1)
    whole = await inquire(county, find_conflicts, FindConflicts(kind=ConflictKind.UNSPENT))
    assert [one.listed.place.seq for one in whole] == [2, 1]
    first = await inquire(county, find_conflicts, FindConflicts(kind=ConflictKind.UNSPENT, most=1))
    rest = await inquire(
        county, find_conflicts, FindConflicts(kind=ConflictKind.UNSPENT, before=first[0].listed.place, most=1)
    )
    assert [*first, *rest] == whole
    other = FindConflicts(kind=ConflictKind.UNSPENT, device_id=here.other.device_id)
    assert await inquire(county, find_conflicts, other) == []
