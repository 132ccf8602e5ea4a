"""When may a station send a code, when is what comes back right, and how long does it speak for the person?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from backend.kernel.refusals import Refused
from backend.stations.phone_code_rules import (
    A_DAY_BY_OPERATOR,
    AN_HOUR_BY_OPERATOR,
    CODE_LASTS,
    PROVES_FOR,
    NotYet,
    PhoneCode,
    PhoneCodeReason,
    decide_check,
    decide_proof,
    decide_sending,
)

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
CODE = PhoneCode(
    id=UUID(int=1),
    shift_id=UUID(int=2),
    operator_id=UUID(int=3),
    phone_hash=b"p" * 32,
    resident_id=UUID(int=4),
    code_hash=b"c" * 32,
    sent_at=AT,
    expires_at=AT + CODE_LASTS,
)
INSTANT = timedelta(microseconds=1)


def before(*minutes: float) -> list[datetime]:
    return [AT - timedelta(minutes=told) for told in minutes]


def test_a_phone_is_sent_one_a_minute_five_an_hour_and_ten_a_day() -> None:
    assert decide_sending([], [], at=AT) is None
    assert decide_sending(before(0.5), [], at=AT) == NotYet(reason=PhoneCodeReason.TOO_SOON, seconds=30)
    assert decide_sending(before(1), [], at=AT) is None
    five = before(59, 40, 30, 20, 10)
    assert decide_sending(five, [], at=AT) == NotYet(reason=PhoneCodeReason.TOO_OFTEN, seconds=60)
    assert decide_sending(list(reversed(five)), [], at=AT) == NotYet(reason=PhoneCodeReason.TOO_OFTEN, seconds=60)
    assert decide_sending(before(60, 40, 30, 20, 10), [], at=AT) is None
    ten = before(*(61 + 130 * nth for nth in range(10)))
    assert decide_sending(ten, [], at=AT) == NotYet(
        reason=PhoneCodeReason.TOO_OFTEN, seconds=(24 * 60 - 61 - 130 * 9) * 60
    )


def test_an_operator_sends_so_many_in_an_hour_and_in_a_day() -> None:
    hour = before(*(59 - nth for nth in range(AN_HOUR_BY_OPERATOR)))
    assert decide_sending([], hour, at=AT) == NotYet(reason=PhoneCodeReason.OPERATOR_CAP, seconds=60)
    assert decide_sending([], hour[1:], at=AT) is None
    day = before(*(1439 - 13 * nth for nth in range(A_DAY_BY_OPERATOR)))
    assert decide_sending([], day, at=AT) == NotYet(reason=PhoneCodeReason.OPERATOR_CAP, seconds=60)
    assert decide_sending([], day[1:], at=AT) is None


def test_a_code_is_right_until_before_its_end_and_wrong_ones_use_it_up() -> None:
    last = CODE.expires_at - INSTANT
    assert decide_check(CODE, matches=True, at=last) == (replace(CODE, checked_at=last), None)
    assert decide_check(CODE, matches=True, at=CODE.expires_at) == (CODE, Refused(PhoneCodeReason.OVER))
    told = []
    code = CODE
    for _ in range(6):
        code, refused = decide_check(code, matches=False, at=AT)
        assert refused is not None
        told.append((code.tries, refused.reason, refused.detail))
    wrong, spent = PhoneCodeReason.WRONG, PhoneCodeReason.TRIES_SPENT
    assert told == [
        (1, wrong, "还可以输 4 次"),
        (2, wrong, "还可以输 3 次"),
        (3, wrong, "还可以输 2 次"),
        (4, wrong, "还可以输 1 次"),
        (5, spent, ""),
        (5, spent, ""),
    ]
    assert decide_check(code, matches=True, at=AT) == (code, Refused(spent))


def test_what_a_newer_code_replaced_and_nobodys_phone_are_never_right() -> None:
    replaced = replace(CODE, latest=False)
    assert decide_check(replaced, matches=True, at=AT) == (replaced, Refused(PhoneCodeReason.OVER))
    nobody = replace(CODE, resident_id=None)
    after, refused = decide_check(nobody, matches=True, at=AT)
    assert refused == Refused(PhoneCodeReason.WRONG, "还可以输 4 次")
    assert after.checked_at is None


def test_what_was_right_is_right_again_and_lasts_no_longer() -> None:
    checked = replace(CODE, checked_at=AT, latest=False)
    late = AT + PROVES_FOR - INSTANT
    assert decide_check(checked, matches=True, at=late) == (checked, None)
    assert decide_check(checked, matches=False, at=late) == (checked, Refused(PhoneCodeReason.OVER))
    assert decide_check(checked, matches=True, at=AT + PROVES_FOR) == (checked, Refused(PhoneCodeReason.OVER))


def test_it_speaks_for_the_person_for_a_quarter_of_an_hour() -> None:
    assert decide_proof([], at=AT) == Refused(PhoneCodeReason.PROOF_NEEDED)
    assert decide_proof([CODE], at=AT) == Refused(PhoneCodeReason.PROOF_NEEDED)
    checked = replace(CODE, checked_at=AT)
    assert decide_proof([checked], at=AT + timedelta(minutes=15) - INSTANT) is None
    over = AT + timedelta(minutes=15)
    assert decide_proof([checked], at=over) == Refused(PhoneCodeReason.PROOF_OVER)
    assert decide_proof([checked, replace(CODE, checked_at=AT + INSTANT)], at=over) is None
