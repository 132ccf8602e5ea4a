"""A station sends a code and checks it: within limits, once right, and nothing learnt by trying."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.open_account import OpenAccount, open_account
from backend.identity.person import claimant
from backend.identity.reasons import IdentityReason
from backend.identity.request_code import CodeSent, RequestCode, request_code
from backend.identity.rules import CodeLimits, Later
from backend.identity.sign_in import SignIn, sign_in
from backend.kernel.claimants import ProofLevel
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.notifications.demonstration_box import LookIntoBox, look_into_box
from backend.notifications.rules import BoxedSms
from backend.outbox.due import run_due
from backend.outbox.rules import IdReused
from backend.stations.check_phone_code import PhoneCodeChecked, check_phone_code, check_proof
from backend.stations.close_shift import CloseShift, close_shift
from backend.stations.open_shift import ShiftOpened, open_shift
from backend.stations.phone_code_rules import NotYet, PhoneCodeReason
from backend.stations.retention import FORGET_PHONE_CODES, forget_phone_codes, plan_forgetting_phone_codes
from backend.stations.rules import ProofKind, StationReason
from backend.stations.send_phone_code import PhoneCodeSent, send_phone_code
from tests.databases import HandClock
from tests.identity.people import PHONE, code_in_box
from tests.identity.test_codes import stored_bytes
from tests.stations.phone_proofs import checking, phone_checked, sending, sent_code
from tests.stations.station_makers import (
    OPERATOR,
    OTHER,
    appointed,
    by_operator,
    own_shift,
    shift_opening,
    with_shift,
)
from tests.web.world import row_counts

TOO_SOON = PhoneCodeReason.TOO_SOON
NOBODY = "15499999999"


async def somebody(county: County, phone: str = PHONE) -> UUID:
    return await transact(county, open_account, OpenAccount(phone=phone, proof_level=ProofLevel.PHONE))


async def boxed(county: County, phone: str) -> list[BoxedSms]:
    """What the phone would have shown."""
    found = await inquire(county, look_into_box, LookIntoBox(phone))
    assert found is not None
    return found


async def level_of(county: County, resident_id: UUID) -> ProofLevel:
    known = await inquire(county, claimant, resident_id)
    assert known is not None
    return known.proof_level


async def served(county: County) -> tuple[UUID, UUID]:
    """(shift, somebody with an account)"""
    _, shift_id = await with_shift(county)
    return shift_id, await somebody(county)


async def others_shift(county: County, station_id: UUID) -> UUID:
    await appointed(county, station_id, OTHER)
    opened = await transact(county, open_shift, shift_opening(OTHER))
    assert isinstance(opened, ShiftOpened), opened
    return opened.shift_id


async def is_proven(county: County, shift_id: UUID, resident_id: UUID) -> bool | Refused[PhoneCodeReason]:
    async def ask(tx: Transaction, _asked: None, *, now: Any) -> bool | Refused[PhoneCodeReason]:
        shift = await own_shift(tx, shift_id, now=now)
        return await check_proof(tx, ProofKind.PHONE_CODE, shift, resident_id, now=now)

    return await transact(county, ask, None)


async def test_a_code_that_comes_back_speaks_for_the_person_in_this_shift(county: County, clock: HandClock) -> None:
    shift_id, person = await served(county)
    needed = Refused(PhoneCodeReason.PROOF_NEEDED)
    assert await is_proven(county, shift_id, person) == needed
    code_id = await sent_code(county, shift_id, PHONE)
    assert await is_proven(county, shift_id, person) == needed
    clock.forward(minutes=9)
    told = checking(code_id, shift_id, await code_in_box(county))
    checked = await transact(county, check_phone_code, told)
    assert checked == PhoneCodeChecked(
        phone_code_id=code_id, checked_at=clock(), proves_until=clock() + timedelta(minutes=15)
    )
    assert await is_proven(county, shift_id, person) is True
    assert await is_proven(county, shift_id, await somebody(county, "15410000002")) == needed
    clock.forward(minutes=14, seconds=59)
    assert await transact(county, check_phone_code, told) == checked
    assert await is_proven(county, shift_id, person) is True
    clock.forward(seconds=1)
    assert await is_proven(county, shift_id, person) == Refused(PhoneCodeReason.PROOF_OVER)


async def test_the_message_names_the_station_and_neither_code_nor_phone_is_stored(county: County) -> None:
    shift_id, _ = await served(county)
    await sent_code(county, shift_id, PHONE)
    [sms] = await boxed(county, PHONE)
    code = sms.variables["code"]
    assert sms.code == "station-code"
    assert sms.words.body_zh.startswith(f"景阳驿站正在替您办事，验证码 {code}，10 分钟内有效。")
    assert sms.words.body_en.startswith(f"Jingyang Station acts on your behalf. Your code is {code}")
    for table in ("station_phone_codes", "demonstration_sms", "audit_entries", "answered_requests"):
        stored = await stored_bytes(county, table)
        assert code.encode() not in stored
        assert PHONE.encode() not in stored


async def test_the_answer_is_the_same_for_a_phone_that_nobody_has_and_nothing_is_sent(
    county: County, clock: HandClock
) -> None:
    shift_id, _ = await served(county)
    known, unknown = [await transact(county, send_phone_code, sending(shift_id, phone)) for phone in (PHONE, NOBODY)]
    for sent in (known, unknown):
        assert isinstance(sent, PhoneCodeSent)
        assert sent.expires_at - clock() == timedelta(minutes=10)
        assert sent.again_at - clock() == timedelta(minutes=1)
        wrong = await transact(county, check_phone_code, checking(sent.phone_code_id, shift_id, "no digit"))
        assert wrong == Refused(PhoneCodeReason.WRONG, "还可以输 4 次")
    assert await boxed(county, NOBODY) == []
    for phone in (PHONE, NOBODY):
        assert await transact(county, send_phone_code, sending(shift_id, phone)) == NotYet(reason=TOO_SOON, seconds=60)


async def test_the_same_request_again_sends_nothing_and_another_command_is_refused(
    county: County, clock: HandClock
) -> None:
    shift_id, _ = await served(county)
    command = sending(shift_id, PHONE)
    first = await transact(county, send_phone_code, command)
    clock.forward(minutes=2)
    again = await transact(county, send_phone_code, command)
    assert isinstance(first, PhoneCodeSent)
    assert isinstance(again, PhoneCodeSent)
    assert (first.again, again.again, again.expires_at) == (False, True, first.expires_at)
    other = sending(shift_id, NOBODY, phone_code_id=command.phone_code_id)
    assert await transact(county, send_phone_code, other) == IdReused()
    assert len(await boxed(county, PHONE)) == 1
    assert (await row_counts(county))["station_phone_codes"] == 1


async def test_thirty_sendings_at_once_from_two_stations_are_one(county: County, clock: HandClock) -> None:
    station_id, shift_id = await with_shift(county)
    await somebody(county)
    other_shift = await others_shift(county, station_id)
    commands = [
        sending(shift, PHONE, operator_id=operator)
        for _ in range(15)
        for shift, operator in ((shift_id, OPERATOR), (other_shift, OTHER))
    ]
    answers = await asyncio.gather(*(transact(county, send_phone_code, command) for command in commands))
    assert sum(isinstance(answer, PhoneCodeSent) for answer in answers) == 1
    assert {answer.reason for answer in answers if isinstance(answer, NotYet)} == {TOO_SOON}
    assert len(await boxed(county, PHONE)) == 1
    clock.forward(minutes=1)
    assert isinstance(await transact(county, send_phone_code, commands[1]), PhoneCodeSent)


async def test_an_operator_reaches_so_many_phones_in_an_hour_however_many_at_once(
    county: County, clock: HandClock
) -> None:
    shift_id, _ = await served(county)
    commands = [sending(shift_id, f"154{number:08}") for number in range(25)]
    answers = await asyncio.gather(*(transact(county, send_phone_code, command) for command in commands))
    assert sum(isinstance(answer, PhoneCodeSent) for answer in answers) == 20
    cap = NotYet(reason=PhoneCodeReason.OPERATOR_CAP, seconds=3600)
    assert [answer for answer in answers if not isinstance(answer, PhoneCodeSent)] == [cap] * 5
    clock.forward(hours=1)
    assert isinstance(await transact(county, send_phone_code, commands[-1]), PhoneCodeSent)


async def test_what_sms_cost_is_one_purse_with_the_codes_for_signing_in(county: County) -> None:
    shift_id, _ = await served(county)
    limits = CodeLimits(in_all_a_day=1)
    spent = await transact(county, request_code, RequestCode(phone=NOBODY, limits=limits))
    assert isinstance(spent, CodeSent)
    command = replace(sending(shift_id, PHONE), limits=limits)
    refused = await transact(county, send_phone_code, command)
    assert isinstance(refused, NotYet)
    assert refused == NotYet(reason=PhoneCodeReason.SMS_CAP, seconds=14 * 3600)
    assert await boxed(county, PHONE) == []


async def test_fifty_guesses_at_once_are_worth_five(county: County) -> None:
    shift_id, person = await served(county)
    code_id = await sent_code(county, shift_id, PHONE)
    code = await code_in_box(county)
    wrong = [f"{(int(code) + 1 + number) % 1_000_000:06}" for number in range(50)]
    answers = await asyncio.gather(
        *(transact(county, check_phone_code, checking(code_id, shift_id, guess)) for guess in wrong)
    )
    reasons = [answer.reason for answer in answers if isinstance(answer, Refused)]
    assert (reasons.count(PhoneCodeReason.WRONG), reasons.count(PhoneCodeReason.TRIES_SPENT)) == (4, 46)
    late = await transact(county, check_phone_code, checking(code_id, shift_id, code))
    assert late == Refused(PhoneCodeReason.TRIES_SPENT)
    assert await is_proven(county, shift_id, person) == Refused(PhoneCodeReason.PROOF_NEEDED)
    failures = await inquire(county, find, Find(act="stations.check-phone-code"))
    assert [(entry.success, entry.subject_id) for entry in failures] == [(False, str(person))] * 5


async def test_another_shift_neither_checks_the_code_nor_serves_with_it(county: County, clock: HandClock) -> None:
    station_id, shift_id = await with_shift(county)
    person = await somebody(county)
    other_shift = await others_shift(county, station_id)
    checked = await phone_checked(county, shift_id, PHONE)
    code = await code_in_box(county)
    theirs = checking(checked.phone_code_id, other_shift, code, operator_id=OTHER)
    assert await transact(county, check_phone_code, theirs) == Refused(PhoneCodeReason.UNKNOWN)
    foreign = checking(checked.phone_code_id, shift_id, code, operator_id=OTHER)
    assert await transact(county, check_phone_code, foreign) == Refused(StationReason.SHIFT_UNKNOWN)
    assert await transact(county, send_phone_code, sending(shift_id, PHONE, operator_id=OTHER)) == Refused(
        StationReason.SHIFT_UNKNOWN
    )
    closing = CloseShift(
        actor=by_operator(), close_id=new_id(), shift_id=shift_id, operator_id=OPERATOR, cash_fen=20_000
    )
    await transact(county, close_shift, closing)
    closed = Refused(StationReason.SHIFT_CLOSED)
    assert await transact(county, check_phone_code, checking(checked.phone_code_id, shift_id, code)) == closed
    clock.forward(minutes=1)
    assert await transact(county, send_phone_code, sending(shift_id, PHONE)) == closed
    opened = await transact(county, open_shift, shift_opening())
    assert isinstance(opened, ShiftOpened)
    assert await is_proven(county, opened.shift_id, person) == Refused(PhoneCodeReason.PROOF_NEEDED)


async def test_a_newer_code_ends_the_one_before_and_no_proof(county: County, clock: HandClock) -> None:
    shift_id, person = await served(county)
    old_id, old = await sent_code(county, shift_id, PHONE), await code_in_box(county)
    clock.forward(minutes=1)
    await phone_checked(county, shift_id, PHONE)
    assert await transact(county, check_phone_code, checking(old_id, shift_id, old)) == Refused(PhoneCodeReason.OVER)
    clock.forward(minutes=1)
    await sent_code(county, shift_id, PHONE)
    assert await is_proven(county, shift_id, person) is True


async def test_a_stations_code_opens_no_session_and_a_sign_in_code_proves_nothing(county: County) -> None:
    shift_id, _ = await served(county)
    code_id = await sent_code(county, shift_id, PHONE)
    station_code = await code_in_box(county)
    refused = await transact(county, sign_in, SignIn(phone=PHONE, code=station_code))
    assert refused == Refused(IdentityReason.CODE_WRONG)
    asked = await transact(county, request_code, RequestCode(phone=PHONE))
    assert not isinstance(asked, Later), "its limit is another"
    sign_in_code = await code_in_box(county)
    if sign_in_code != station_code:
        told = await transact(county, check_phone_code, checking(code_id, shift_id, sign_in_code))
        assert told == Refused(PhoneCodeReason.WRONG, "还可以输 4 次")


async def test_an_account_of_which_nothing_was_known_is_known_by_its_phone_from_then_on(county: County) -> None:
    _, shift_id = await with_shift(county)
    unknown = await transact(county, open_account, OpenAccount(phone=PHONE, proof_level=ProofLevel.NONE))
    seen = await transact(county, open_account, OpenAccount(phone="15410000002", proof_level=ProofLevel.STATION))
    levels = []
    for phone, person in ((PHONE, unknown), ("15410000002", seen)):
        code_id = await sent_code(county, shift_id, phone)
        levels.append(await level_of(county, person))
        told = checking(code_id, shift_id, await code_in_box(county, phone))
        assert isinstance(await transact(county, check_phone_code, told), PhoneCodeChecked)
        levels.append(await level_of(county, person))
    assert levels == [ProofLevel.NONE, ProofLevel.PHONE, ProofLevel.STATION, ProofLevel.STATION]


async def test_the_trail_says_who_sent_and_who_checked_and_names_no_phone(county: County) -> None:
    shift_id, person = await served(county)
    await phone_checked(county, shift_id, PHONE)
    await transact(county, send_phone_code, sending(shift_id, NOBODY))
    about = await inquire(county, find, Find(subject_id=str(person)))
    acts = [(entry.act, entry.success, entry.actor.id) for entry in about if entry.act.startswith("stations.")]
    assert sorted(acts) == [("stations.check-phone-code", True, OPERATOR), ("stations.send-phone-code", True, OPERATOR)]
    sent = await inquire(county, find, Find(act="stations.send-phone-code"))
    assert sorted(entry.subject_kind for entry in sent) == ["phone", "resident"]


async def test_codes_are_forgotten_after_two_days(county: County, clock: HandClock) -> None:
    await transact(county, plan_forgetting_phone_codes, None)
    shift_id, _ = await served(county)
    await sent_code(county, shift_id, PHONE)
    seen = []
    for _ in range(3):
        clock.forward(days=1)
        await run_due(county, {FORGET_PHONE_CODES: forget_phone_codes}, clock())
        seen.append((await row_counts(county))["station_phone_codes"])
    assert seen == [1, 1, 0]


@pytest.mark.parametrize("told", ["SendPhoneCode", "CheckPhoneCode"])
def test_neither_phone_nor_digits_are_in_what_is_logged(told: str) -> None:
    command = sending(UUID(int=1), PHONE) if told == "SendPhoneCode" else checking(UUID(int=1), UUID(int=1), "271828")
    assert repr(command).startswith(f"{told}(")
    assert PHONE not in repr(command)
    assert "271828" not in repr(command)
