"""Limits at their exact boundaries; what is shown of a name; who may be what at once."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.identity.reasons import IdentityReason
from backend.identity.rules import (
    CODE_LASTS,
    CODE_TRIES,
    CodeDoor,
    DeputyGrant,
    Later,
    PersonKind,
    SessionTimes,
    acting,
    address_bucket,
    clash,
    decide_code,
    decide_roles,
    decide_try,
    device_words,
    is_identity_number,
    masked_address,
    masked_identity_number,
    masked_name,
    masked_phone,
    seconds_until,
    session_lives,
    with_code,
)
from backend.kernel.actors import ACTING_ROLES, ADMINISTRATORS, MACHINE_ROLES, Role
from backend.kernel.ids import new_id

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def sent(*ago: timedelta) -> CodeDoor:
    return CodeDoor(sent=tuple(sorted(AT - delta for delta in ago)))


@pytest.mark.parametrize(
    ("door", "answer"),
    [
        (sent(), None),
        (sent(timedelta(seconds=60)), None),
        (sent(timedelta(seconds=60) - TICK), Later(reason=IdentityReason.CODE_TOO_SOON, seconds=1)),
        (sent(timedelta(seconds=18)), Later(reason=IdentityReason.CODE_TOO_SOON, seconds=42)),
        (sent(*(timedelta(minutes=minute) for minute in (1, 2, 3, 4, 60))), None),
        (
            sent(*(timedelta(minutes=minute) for minute in (1, 2, 3, 4, 59))),
            Later(reason=IdentityReason.CODE_TOO_OFTEN, seconds=60),
        ),
        (sent(*(timedelta(hours=hour) for hour in (1, 2, 3, 4, 5, 6, 7, 8, 9, 24))), None),
        (
            sent(*(timedelta(hours=hour) for hour in (1, 2, 3, 4, 5, 6, 7, 8, 9, 23))),
            Later(reason=IdentityReason.CODE_TOO_OFTEN, seconds=3600),
        ),
    ],
)
def test_one_code_a_minute_five_an_hour_ten_a_day(door: CodeDoor, answer: Later | None) -> None:
    assert decide_code(door, at=AT) == answer


@given(st.lists(st.integers(min_value=0, max_value=3 * 86_400), max_size=60))
def test_no_window_ever_holds_more_codes_than_its_limit(seconds: list[int]) -> None:
    door = CodeDoor()
    allowed = []
    for second in sorted(seconds):
        at = AT + timedelta(seconds=second)
        if decide_code(door, at=at) is None:
            door = with_code(door, new_id(), b"x" * 32, at=at)
            allowed.append(second)
    for window, most in ((60, 1), (3600, 5), (86_400, 10)):
        for first in allowed:
            assert sum(first <= other < first + window for other in allowed) <= most


def test_a_code_lives_for_five_minutes_and_not_an_instant_longer() -> None:
    door = with_code(CodeDoor(), new_id(), b"x" * 32, at=AT)
    assert decide_try(door, matches=True, at=AT + CODE_LASTS - TICK)[1] is None
    assert decide_try(door, matches=True, at=AT + CODE_LASTS) == (door, IdentityReason.CODE_WRONG)


def test_the_fifth_wrong_try_is_the_last_and_a_right_one_after_it_comes_too_late() -> None:
    door = with_code(CodeDoor(), new_id(), b"x" * 32, at=AT)
    for _ in range(CODE_TRIES):
        door, reason = decide_try(door, matches=False, at=AT)
        assert reason is IdentityReason.CODE_WRONG
    assert decide_try(door, matches=True, at=AT) == (door, IdentityReason.CODE_TRIES_SPENT)


def test_a_code_works_once() -> None:
    door, reason = decide_try(with_code(CodeDoor(), new_id(), b"x" * 32, at=AT), matches=True, at=AT)
    assert reason is None
    assert decide_try(door, matches=True, at=AT)[1] is IdentityReason.CODE_WRONG


def test_a_staff_session_idles_out_after_thirty_minutes_and_ends_after_twelve_hours() -> None:
    fresh = SessionTimes(kind=PersonKind.STAFF, last_seen_at=AT, expires_at=AT + timedelta(hours=12))
    assert session_lives(fresh, at=AT + timedelta(minutes=30) - TICK)
    assert not session_lives(fresh, at=AT + timedelta(minutes=30))
    busy = SessionTimes(
        kind=PersonKind.STAFF, last_seen_at=AT + timedelta(hours=11, minutes=59), expires_at=AT + timedelta(hours=12)
    )
    assert session_lives(busy, at=AT + timedelta(hours=12) - TICK)
    assert not session_lives(busy, at=AT + timedelta(hours=12))


def test_a_residents_session_lives_thirty_days_used_or_not() -> None:
    session = SessionTimes(kind=PersonKind.RESIDENT, last_seen_at=AT, expires_at=AT + timedelta(days=30))
    assert session.idle_expires_at is None
    assert session_lives(session, at=AT + timedelta(days=30) - TICK)
    assert not session_lives(session, at=AT + timedelta(days=30))


def grant(role: Role, begins: int, ends: int, *, number: int = 1) -> DeputyGrant:
    return DeputyGrant(
        id=UUID(int=number),
        deputy_id=UUID(int=1),
        principal_id=UUID(int=2),
        role=role,
        begins_at=AT + timedelta(hours=begins),
        ends_at=AT + timedelta(hours=ends),
    )


def test_a_deputy_acts_from_the_first_instant_until_before_the_last() -> None:
    approver = grant(Role.APPROVER, 1, 3)
    before = acting(frozenset({Role.OFFICE}), [approver], at=AT)
    assert (before.roles, before.changes_at) == (frozenset({Role.OFFICE}), AT + timedelta(hours=1))
    first = acting(frozenset({Role.OFFICE}), [approver], at=AT + timedelta(hours=1))
    assert (first.roles, first.as_deputy) == (frozenset({Role.OFFICE, Role.APPROVER}), (approver,))
    assert first.changes_at == AT + timedelta(hours=3)
    last = acting(frozenset({Role.OFFICE}), [approver], at=AT + timedelta(hours=3))
    assert (last.roles, last.changes_at) == (frozenset({Role.OFFICE}), None)


@given(
    st.sets(st.sampled_from(sorted(ADMINISTRATORS)), max_size=1),
    st.lists(
        st.builds(
            grant, st.sampled_from(sorted(Role)), st.integers(-5, 0), st.integers(1, 5), number=st.integers(1, 99)
        ),
        max_size=6,
    ),
)
def test_nobody_ever_acts_as_two_administrators_or_audits_themselves(own: set[Role], grants: list[DeputyGrant]) -> None:
    roles = acting(frozenset(own), grants, at=AT).roles
    assert len(roles & ADMINISTRATORS) <= 1
    assert Role.AUDITOR not in roles or not roles & ACTING_ROLES
    assert own <= roles


@pytest.mark.parametrize("pair", list(combinations(sorted(ADMINISTRATORS), 2)))
def test_two_administrators_are_two_people(pair: tuple[Role, Role]) -> None:
    assert decide_roles(frozenset(pair), has_merchant=False, has_station=False) is IdentityReason.ADMINISTRATORS_APART
    assert clash([pair[0]], [grant(pair[1], 5, 6)], at=AT) is IdentityReason.ADMINISTRATORS_APART
    assert clash([pair[0]], [grant(pair[1], -6, 0)], at=AT) is None


@pytest.mark.parametrize("role", sorted(ACTING_ROLES))
def test_nobody_audits_what_they_decided(role: Role) -> None:
    both = frozenset({Role.AUDITOR, role})
    assert decide_roles(both, has_merchant=False, has_station=False) is IdentityReason.AUDITOR_APART
    for own, other in ((Role.AUDITOR, role), (role, Role.AUDITOR)):
        assert clash([own], [grant(other, 5, 6)], at=AT) is IdentityReason.AUDITOR_APART
        assert clash([own], [grant(other, -6, 0)], at=AT) is None
    assert clash([], [grant(Role.AUDITOR, 1, 2), grant(role, 3, 4)], at=AT) is IdentityReason.AUDITOR_APART


@pytest.mark.parametrize(
    ("roles", "has_merchant", "has_station", "reason"),
    [
        ({Role.OFFICE, Role.REVIEWER}, False, False, None),
        ({Role.APPROVER, Role.AUDITOR}, False, False, IdentityReason.AUDITOR_APART),
        ({Role.APPROVER, Role.SECURITY_ADMIN}, False, False, None),
        ({Role.MERCHANT}, True, False, None),
        ({Role.OPERATOR}, False, True, None),
        (set(), False, False, None),
        ({Role.MERCHANT}, False, True, IdentityReason.ROLE_UNFIT),
        ({Role.OPERATOR}, True, False, IdentityReason.ROLE_UNFIT),
        ({Role.MERCHANT, Role.APPROVER}, True, False, IdentityReason.ROLE_UNFIT),
        ({Role.RESIDENT}, False, False, IdentityReason.ROLE_UNFIT),
        *(({role}, True, True, IdentityReason.ROLE_UNFIT) for role in sorted(MACHINE_ROLES)),
    ],
)
def test_roles_fit_their_accounts(
    roles: set[Role], has_merchant: bool, has_station: bool, reason: IdentityReason | None
) -> None:
    assert decide_roles(frozenset(roles), has_merchant=has_merchant, has_station=has_station) is reason


def test_names_phones_and_numbers_are_masked() -> None:
    assert [masked_name(name) for name in ("张三", "张小三", "欧阳小三", "张", None)] == [
        "张*",
        "张*三",
        "欧**三",
        "张*",
        "居民",
    ]
    assert masked_phone("15410001234") == "154****1234"
    assert masked_phone(None) is None
    assert masked_identity_number("591527199105120027") == "5***************27"


def test_an_address_is_counted_by_what_a_household_shares_and_shown_in_part() -> None:
    assert address_bucket("203.0.113.9") == "203.0.113.9"
    assert address_bucket("2001:db8:1:2:3:4:5:6") == address_bucket("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert address_bucket("2001:db8:1:3::1") != address_bucket("2001:db8:1:2::1")
    assert (address_bucket(None), address_bucket("junk")) == ("none", "unreadable")
    assert masked_address("203.0.113.9") == "203.0.*.*"
    assert masked_address("2001:db8:1:2::1") == "2001:db8:*"
    assert masked_address(None) == ""


def test_a_wait_is_rounded_up_to_whole_seconds() -> None:
    assert seconds_until(AT + timedelta(seconds=2), AT) == 2
    assert seconds_until(AT + timedelta(seconds=2) + TICK, AT) == 3
    assert seconds_until(AT, AT) == 1


def test_an_identity_number_has_its_check() -> None:
    assert is_identity_number("11010519491231002X")
    assert not is_identity_number("110105194912310021")
    assert not is_identity_number("１1010519491231002X")
    assert not is_identity_number("1101051949123100")


def test_a_device_is_named_in_a_few_words() -> None:
    assert device_words("Mozilla/5.0 (Linux; Android 9) MicroMessenger/8.0") == "Android 微信"
    assert device_words("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0)") == "iPhone"
    assert device_words(None) == "其他设备"
