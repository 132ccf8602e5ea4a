"""Staff come in with two factors, each of which serves as it should, and guessing does not pay."""

import asyncio
from collections.abc import Iterable

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.enter import Arrival, Opened
from backend.identity.reasons import IdentityReason
from backend.identity.rules import Later
from backend.identity.second_factor import matching_step, step_at
from backend.identity.sign_out import MySessions, my_sessions
from backend.identity.staff_sign_in import StaffSignIn, TakeTry, TryTaken, sign_in_staff, take_try
from backend.kernel.actors import Role
from backend.kernel.refusals import Refused
from tests.databases import HandClock
from tests.identity.people import PASSWORD, SECRET, staff, staff_session, totp

FAILED = Refused(IdentityReason.SIGN_IN_FAILED)


def typed(
    login: str, factor: str, *, password: str = PASSWORD, address: str | None = None, token: str | None = None
) -> StaffSignIn:
    arrival = Arrival(address=address, previous_token=token)
    return StaffSignIn(login=login, password=password, second_factor=factor, arrival=arrival)


async def guessed(county: County, login: str, addresses: Iterable[str], *, times: int = 5) -> int:
    """How many guesses from these networks were compared at all."""
    takes = [TakeTry(login=login, address=address) for address in addresses for _ in range(times)]
    answers = await asyncio.gather(*(transact(county, take_try, take) for take in takes))
    return sum(isinstance(answer, TryTaken) for answer in answers)


async def test_both_factors_open_a_session(county: County, clock: HandClock) -> None:
    staff_id = await staff(county, Role.APPROVER, login="peng")
    opened = await sign_in_staff(county, typed("peng", totp(clock())))
    assert isinstance(opened, Opened)
    assert opened.person_id == staff_id
    assert (opened.expires_at - clock()).total_seconds() == 12 * 3600
    assert opened.idle_expires_at is not None
    assert (opened.idle_expires_at - clock()).total_seconds() == 1800
    entry = (await inquire(county, find, Find(subject_id=str(staff_id))))[0]
    assert (entry.act, entry.actor.role, entry.to_state) == ("identity.sign_in", "approver", "two-factors")


async def test_one_answer_for_a_wrong_login_password_or_code(county: County, clock: HandClock) -> None:
    await staff(county, Role.APPROVER, login="peng")
    for attempt in (
        typed("nobody", totp(clock())),
        typed("peng", totp(clock()), password="Bamboo-sea-7782"),
        typed("peng", "000000" if totp(clock()) != "000000" else "111111"),
        typed("peng", "ABCDE-FGH23"),
    ):
        assert await sign_in_staff(county, attempt) == FAILED
    failures = await inquire(county, find, Find(act="identity.sign_in"))
    assert [entry.reason for entry in failures] == ["sign-in-failed"] * 4
    assert "nobody" not in {entry.subject_id for entry in failures}


async def test_a_time_step_serves_once_and_never_an_earlier_one(county: County, clock: HandClock) -> None:
    await staff(county, Role.APPROVER, login="peng")
    code = totp(clock())
    assert isinstance(await sign_in_staff(county, typed("peng", code)), Opened)
    assert await sign_in_staff(county, typed("peng", code)) == FAILED
    assert await sign_in_staff(county, typed("peng", totp(clock(), step=-1))) == FAILED
    assert isinstance(await sign_in_staff(county, typed("peng", totp(clock(), step=1))), Opened)


async def test_the_same_code_twenty_times_at_once_opens_one_session(county: County, clock: HandClock) -> None:
    staff_id = await staff(county, Role.APPROVER, login="peng")
    attempts = [sign_in_staff(county, typed("peng", totp(clock()))) for _ in range(20)]
    answers = await asyncio.gather(*attempts)
    assert sum(isinstance(answer, Opened) for answer in answers) == 1
    assert len(await inquire(county, my_sessions, MySessions(person_id=staff_id, at=clock()))) == 1


def test_a_code_is_good_for_one_step_before_and_after(clock: HandClock) -> None:
    now = step_at(clock())
    found = [matching_step(SECRET, totp(clock(), step=off), at=clock()) for off in (-2, -1, 0, 1, 2)]
    assert found == [None, now - 1, now, now + 1, None]


async def test_fifty_guesses_at_once_are_worth_five_and_lock_for_fifteen_minutes(
    county: County, clock: HandClock
) -> None:
    await staff(county, Role.APPROVER, login="peng")
    takes = await asyncio.gather(*(transact(county, take_try, TakeTry(login="peng")) for _ in range(50)))
    assert sum(isinstance(taken, TryTaken) for taken in takes) == 5
    assert {taken for taken in takes if isinstance(taken, Later)} == {
        Later(reason=IdentityReason.SIGN_IN_LOCKED, seconds=900)
    }
    right = typed("peng", totp(clock()))
    assert isinstance(await sign_in_staff(county, right), Later)
    clock.forward(minutes=15, microseconds=-1)
    assert isinstance(await sign_in_staff(county, typed("peng", totp(clock()))), Later)
    clock.forward(microseconds=1)
    assert isinstance(await sign_in_staff(county, typed("peng", totp(clock()))), Opened)


async def test_an_unknown_login_is_locked_like_a_known_one(county: County) -> None:
    for _ in range(5):
        assert await sign_in_staff(county, typed("nobody", "000000")) == FAILED
    locked = await sign_in_staff(county, typed("nobody", "000000"))
    assert isinstance(locked, Later)
    assert locked.reason is IdentityReason.SIGN_IN_LOCKED


async def test_an_address_has_fifty_tries_for_all_logins_and_successes_do_not_count(
    county: County, clock: HandClock
) -> None:
    await staff(county, Role.APPROVER, login="peng")
    address = "203.0.113.7"
    assert isinstance(await sign_in_staff(county, typed("peng", totp(clock()), address=address)), Opened)
    for number in range(50):
        assert isinstance(await transact(county, take_try, TakeTry(login=f"n{number}", address=address)), TryTaken)
    clock.forward(seconds=30)
    assert isinstance(await sign_in_staff(county, typed("peng", totp(clock()), address=address)), Later)
    assert isinstance(await sign_in_staff(county, typed("peng", totp(clock()), address="203.0.113.8")), Opened)


async def test_a_stranger_who_guesses_locks_out_nobody_but_themselves(county: County, clock: HandClock) -> None:
    await staff(county, Role.APPROVER, login="peng")
    stranger, own = "198.51.100.9", "203.0.113.7"
    for _ in range(5):
        assert await sign_in_staff(county, typed("peng", "000000", password="guess", address=stranger)) == FAILED
    assert isinstance(await sign_in_staff(county, typed("peng", totp(clock()), address=stranger)), Later)
    assert isinstance(await sign_in_staff(county, typed("peng", totp(clock()), address=own)), Opened)


async def test_many_networks_share_one_limit_that_known_networks_and_devices_stand_outside(
    county: County, clock: HandClock
) -> None:
    staff_id = await staff(county, Role.APPROVER, login="peng")
    other = await staff_session(county, await staff(county, Role.OFFICE))
    own = "203.0.113.7"
    first = await sign_in_staff(county, typed("peng", totp(clock()), address=own))
    assert isinstance(first, Opened)
    many = [f"198.51.100.{number}" for number in range(20)]
    assert await guessed(county, "peng", many) == 30, "a hundred at once from twenty networks are worth thirty"
    assert await guessed(county, "nobody", many) == 30, "an unknown login is treated like a known one"
    clock.forward(seconds=30)
    strange = "192.0.2.1"
    for token in (None, other.token, "made-up"):
        right = typed("peng", totp(clock()), address=strange, token=token)
        assert isinstance(await sign_in_staff(county, right), Later)
    assert isinstance(await sign_in_staff(county, typed("peng", totp(clock()), address=own)), Opened)
    clock.forward(seconds=30)
    device = typed("peng", totp(clock()), address=strange, token=first.token)
    opened = await sign_in_staff(county, device)
    assert isinstance(opened, Opened)
    assert opened.person_id == staff_id
    # A device that guesses is counted too, by itself alone.
    for _ in range(5):
        wrong = typed("peng", "000000", password="guess", address=many[0], token=opened.token)
        assert await sign_in_staff(county, wrong) == FAILED
    assert isinstance(await sign_in_staff(county, typed("peng", "000000", token=opened.token)), Later)


async def test_a_network_is_known_for_ninety_days_after_the_last_success(county: County, clock: HandClock) -> None:
    await staff(county, Role.APPROVER, login="peng")
    own, many = "203.0.113.7", [f"198.51.100.{number}" for number in range(6)]
    assert isinstance(await sign_in_staff(county, typed("peng", totp(clock()), address=own)), Opened)
    clock.forward(days=90, microseconds=-1)
    assert await guessed(county, "peng", many) == 30
    assert await guessed(county, "peng", [own], times=1) == 1
    clock.forward(microseconds=1)
    assert await guessed(county, "peng", [own], times=1) == 0


async def test_a_success_forgets_the_failures_before_it(county: County, clock: HandClock) -> None:
    await staff(county, Role.APPROVER, login="peng")
    for _ in range(3):
        for _ in range(4):
            assert await sign_in_staff(county, typed("peng", "ABCDE-FGH23")) == FAILED
        assert isinstance(await sign_in_staff(county, typed("peng", totp(clock()))), Opened)
        clock.forward(seconds=30)


async def test_an_account_without_a_role_is_told_so_after_both_factors(county: County, clock: HandClock) -> None:
    await staff(county, login="nobody-yet")
    answer = await sign_in_staff(county, typed("nobody-yet", totp(clock())))
    assert answer == Refused(IdentityReason.NO_ROLE)
