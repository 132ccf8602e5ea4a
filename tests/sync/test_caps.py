"""What a device takes without a network has an end: by holder and day, by episode, by what the pool set aside."""

from datetime import timedelta

from backend.sync.body_rules import Void
from backend.sync.event_rules import Checkpoint
from backend.sync.fact_rules import Episode, PolicyFacts, Span
from backend.sync.fault_rules import Fault
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from tests.protocols.known_keys import AT, DAY
from tests.sync.journals import HOUR, Journal, by_card, card_facts, token, token_hash

MISTAKE = "扫错了"
GENEROUS = OfflineLimits(holder_day_fen=100_000_00)


def policy(*, cap_fen: int = 2_000_00, claims: int = 40, station_fen: int = 10_000_00) -> dict[int, PolicyFacts]:
    """The policy that events name, with these caps of an episode."""
    merchant = EpisodeLimits(soft=HOUR, hard=3 * DAY, cap_fen=cap_fen, claims=claims)
    station = EpisodeLimits(soft=HOUR, hard=14 * DAY, cap_fen=station_fen, claims=claims)
    limits = OfflineLimits(holder_day_fen=GENEROUS.holder_day_fen, merchant=merchant, station=station)
    return {4: PolicyFacts(limits, Span(AT - DAY))}


def journal_of(count: int) -> Journal:
    """So many claims of 20 yuan, each another holder's."""
    journal = Journal()
    for number in range(count):
        journal.take(number, person=number)
    return journal


def test_one_holder_spends_a_hundred_yuan_a_day_at_one_device() -> None:
    journal = Journal()
    for number in range(6):
        journal.take(number)
    journal.take(6, person=1)
    journal.take(7, t_dev=AT + 14 * HOUR)
    assert journal.told() == [None] * 5 + [Fault.OVER_HOLDER_DAY, None, None]


def test_a_cards_owner_has_the_same_limit() -> None:
    journal = Journal()
    for number in range(6):
        journal.add(by_card(number))
    assert journal.told(**card_facts(range(6))) == [None] * 5 + [Fault.OVER_HOLDER_DAY]


def test_a_card_gives_a_hundred_yuan_a_day_whatever_the_policy_allows_and_less_where_it_says_so() -> None:
    journal = Journal()
    for number in range(6):
        journal.add(by_card(number))
    known = card_facts(range(6))
    assert policy()[4].limits.holder_day_fen == GENEROUS.holder_day_fen
    assert journal.told(policies=policy(), **known) == [None] * 5 + [Fault.OVER_HOLDER_DAY]
    tight = {4: PolicyFacts(OfflineLimits(holder_day_fen=3_999), Span(AT - DAY))}
    assert journal.told(policies=tight, **known) == [None] + [Fault.OVER_HOLDER_DAY] * 5


def test_an_episode_has_its_cap_and_a_claim_over_it_takes_no_room() -> None:
    journal = journal_of(3)
    journal.take(3, of_kind=2, person=3)
    journal.take(4, of_kind=2, person=4)
    told = [None, None, Fault.OVER_CAP, None, None]
    assert journal.told(policies=policy(cap_fen=5_000)) == told
    assert journal.told(policies=policy(cap_fen=5_999)) == told
    assert journal.told(policies=policy(cap_fen=6_000)) == [None, None, None, Fault.OVER_CAP, Fault.OVER_CAP]


def test_an_episode_has_its_number_of_claims() -> None:
    assert journal_of(3).told(policies=policy(claims=2)) == [None, None, Fault.OVER_COUNT]


def test_a_stations_cap_is_not_a_merchants() -> None:
    tight = policy(cap_fen=1, station_fen=2_000)
    assert journal_of(2).told(policies=tight, station=True) == [None, Fault.OVER_CAP]


def test_the_pool_sets_aside_an_amount_for_each_campaign() -> None:
    journal = journal_of(3)
    of_two = {token_hash(number): token(number, person=number) for number in range(3)}
    of_two[token_hash(2)] = token(2, person=2, campaign=4)
    terms = journal.facts().terms
    both = {**terms, (4, 2, 1): terms[3, 2, 1]}
    for caps, told in (
        ({3: 3_999, 4: 2_000}, [None, Fault.OVER_ALLOWANCE, None]),
        ({3: 4_000, 4: 1_999}, [None, None, Fault.OVER_ALLOWANCE]),
        ({3: 4_000}, [None, None, Fault.OVER_ALLOWANCE]),
    ):
        dealt = (Episode(number=1, after_seq=0, caps_fen=caps),)
        assert journal.told(tokens=of_two, terms=both, episodes=dealt) == told


def test_a_new_episode_counts_anew_from_its_first_event() -> None:
    journal = journal_of(4)
    first = Episode(number=1, after_seq=0, caps_fen={3: 2_000})
    second = Episode(number=2, after_seq=2, caps_fen={3: 4_000})
    for episodes in ((first, second), (second, first)):
        assert journal.told(episodes=episodes) == [None, Fault.OVER_ALLOWANCE, None, None]
    assert journal.told(episodes=(first,)) == [None] + [Fault.OVER_ALLOWANCE] * 3
    assert journal.told(episodes=(second,)) == [Fault.OVER_ALLOWANCE] * 2 + [None, None]
    assert journal.told(episodes=(first, second), policies=policy(claims=1)) == [
        None,
        Fault.OVER_COUNT,
        None,
        Fault.OVER_COUNT,
    ]


def test_of_two_episodes_after_one_event_the_newer_counts() -> None:
    journal = journal_of(2)
    first = Episode(number=1, after_seq=0, caps_fen={3: 4_000})
    second = Episode(number=2, after_seq=0, caps_fen={3: 2_000})
    for episodes in ((first, second), (second, first)):
        assert journal.told(episodes=episodes) == [None, Fault.OVER_ALLOWANCE]


def test_what_was_set_apart_counts_until_the_device_told_that_it_has_heard_of_less() -> None:
    journal = journal_of(4)
    for heard_after, told in (
        (None, [None, None, None, Fault.OVER_ALLOWANCE]),
        (4, [None, None, None, Fault.OVER_ALLOWANCE]),
        (3, [None, None, None, Fault.OVER_ALLOWANCE]),
        (2, [None, None, Fault.OVER_ALLOWANCE, Fault.OVER_ALLOWANCE]),
        (0, [None, Fault.OVER_ALLOWANCE, Fault.OVER_ALLOWANCE, Fault.OVER_ALLOWANCE]),
    ):
        dealt = Episode(number=1, after_seq=0, caps_fen={3: 2_000}, reserved_fen={3: 6_000}, heard_after=heard_after)
        assert journal.told(episodes=(dealt,)) == told


def test_what_is_taken_back_gives_its_room_back_and_not_to_claims_before_it() -> None:
    journal = journal_of(2)
    journal.add(Void(1, MISTAKE))
    journal.take(2, person=2)
    journal.take(3, person=3)
    told = [Fault.VOIDED, Fault.OVER_ALLOWANCE, None, Fault.OVER_ALLOWANCE]
    assert journal.told(episodes=(Episode(number=1, after_seq=0, caps_fen={3: 2_000}),)) == told


def test_only_a_claim_that_counted_is_taken_back_and_once() -> None:
    journal = journal_of(2)
    for _ in range(2):
        journal.add(Void(1, MISTAKE))
    journal.add(Void(2, MISTAKE))
    journal.add(Void(99, MISTAKE))
    journal.take(2, person=2)
    journal.take(3, person=3)
    told = [Fault.VOIDED, Fault.OVER_ALLOWANCE, None, Fault.OVER_ALLOWANCE]
    assert journal.told(episodes=(Episode(number=1, after_seq=0, caps_fen={3: 2_000}),)) == told


def test_a_claim_is_held_to_the_policy_that_it_names() -> None:
    journal = Journal()
    journal.take(1)
    journal.take(2, person=1, policy=5, checkpoint=Checkpoint(13, AT + HOUR), t_dev=AT + 2 * HOUR)
    strict = policy(claims=1)[4]
    both = {**policy(), 5: strict}
    assert journal.told(policies=both) == [None, Fault.OVER_COUNT]
    over = PolicyFacts(both[4].limits, Span(AT - DAY, AT + HOUR - timedelta(days=1)))
    assert journal.told(policies={4: over, 5: both[4]}) == [None, None]
