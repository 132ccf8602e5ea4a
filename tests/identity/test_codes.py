"""A resident's door: codes are sent within limits, work once, and guessing does not pay."""

import asyncio
from typing import Any

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.enter import Arrival, Opened, token_hash
from backend.identity.person import find_resident_by_phone
from backend.identity.reasons import IdentityReason
from backend.identity.request_code import CodeSent, RequestCode, request_code
from backend.identity.rules import CodeLimits, Later
from backend.identity.sign_in import SignIn, sign_in
from backend.identity.store import sessions
from backend.kernel.actors import ActorKind
from backend.kernel.refusals import Refused
from tests.databases import HandClock
from tests.identity.people import PHONE, code_in_box, resident, send_code


def ask(phone: str = PHONE, **more: Any) -> RequestCode:
    return RequestCode(phone=phone, **more)


async def stored_bytes(county: County, table: str) -> bytes:
    async def read(tx: Transaction, _asked: None) -> bytes:
        rows = (await tx.connection.exec_driver_sql(f"SELECT * FROM {table}")).all()
        return repr([tuple(row) for row in rows]).encode()

    return await inquire(county, read, None)


async def test_the_first_sign_in_opens_an_account_and_the_next_finds_it(county: County, clock: HandClock) -> None:
    first = await resident(county)
    assert await inquire(county, find_resident_by_phone, PHONE) == first.person_id
    clock.forward(minutes=1)
    again = await resident(county)
    assert again.person_id == first.person_id
    assert again.token != first.token
    entries = await inquire(county, find, Find(subject_id=str(first.person_id)))
    assert [entry.act for entry in entries] == ["identity.sign_in", "identity.sign_in", "identity.open_account"]


async def test_the_answer_is_the_same_for_known_and_unknown_phones(county: County, clock: HandClock) -> None:
    await resident(county)
    clock.forward(minutes=1)
    known = await transact(county, request_code, ask())
    unknown = await transact(county, request_code, ask("15499999999"))
    assert known == unknown == CodeSent(expires_in_seconds=300, again_in_seconds=60)
    wrong = [await transact(county, sign_in, SignIn(phone=phone, code="x" * 6)) for phone in (PHONE, "15488888888")]
    assert wrong == [Refused(IdentityReason.CODE_WRONG)] * 2


async def test_a_code_is_stored_as_a_keyed_hash_and_sealed_in_the_box(county: County) -> None:
    code = await send_code(county)
    for table in ("sign_in_doors", "demonstration_sms", "audit_entries", "outbox_events"):
        assert code.encode() not in await stored_bytes(county, table)
        assert PHONE.encode() not in await stored_bytes(county, table)


async def test_one_a_minute_holds_for_fifty_requests_at_once(county: County, clock: HandClock) -> None:
    answers = await asyncio.gather(*(transact(county, request_code, ask()) for _ in range(50)))
    assert sum(isinstance(answer, CodeSent) for answer in answers) == 1
    assert {answer.reason for answer in answers if isinstance(answer, Later)} == {IdentityReason.CODE_TOO_SOON}
    clock.forward(seconds=59, milliseconds=999)
    assert isinstance(await transact(county, request_code, ask()), Later)
    clock.forward(milliseconds=1)
    assert isinstance(await transact(county, request_code, ask()), CodeSent)


async def test_the_sixth_code_in_an_hour_and_the_eleventh_in_a_day_are_refused(
    county: County, clock: HandClock
) -> None:
    for _ in range(2):
        for _ in range(5):
            assert isinstance(await transact(county, request_code, ask()), CodeSent)
            clock.forward(minutes=1)
        refused = await transact(county, request_code, ask())
        assert isinstance(refused, Later)
        assert refused.reason is IdentityReason.CODE_TOO_OFTEN
        clock.forward(minutes=55)
    refused = await transact(county, request_code, ask())
    assert refused == Later(reason=IdentityReason.CODE_TOO_OFTEN, seconds=22 * 3600)
    clock.forward(hours=22)
    assert isinstance(await transact(county, request_code, ask()), CodeSent)


async def test_the_caps_of_an_address_and_of_all_hold_and_end_with_their_windows(
    county: County, clock: HandClock
) -> None:
    limits = CodeLimits(of_address_an_hour=3, in_all_a_day=5)

    async def from_address(number: int, address: str) -> CodeSent | Later:
        return await transact(county, request_code, ask(f"154{number:08}", address=address, limits=limits))

    answers = await asyncio.gather(*(from_address(number, "203.0.113.1") for number in range(10)))
    assert sum(isinstance(answer, CodeSent) for answer in answers) == 3
    assert {answer.reason for answer in answers if isinstance(answer, Later)} == {IdentityReason.SMS_CAP}
    assert isinstance(await from_address(20, "203.0.113.2"), CodeSent)
    assert isinstance(await from_address(21, "203.0.113.2"), CodeSent)
    full = await from_address(22, "203.0.113.3")
    assert full == Later(reason=IdentityReason.SMS_CAP, seconds=14 * 3600)  # It is 10:00; the day ends at midnight.
    clock.forward(hours=14)
    assert isinstance(await from_address(22, "203.0.113.1"), CodeSent)


async def test_a_refused_request_neither_kills_the_code_before_nor_counts(county: County, clock: HandClock) -> None:
    code = await send_code(county)
    for _ in range(20):
        assert isinstance(await transact(county, request_code, ask()), Later)
    assert isinstance(await transact(county, sign_in, SignIn(phone=PHONE, code=code)), Opened)


async def test_fifty_guesses_at_once_are_worth_five(county: County) -> None:
    code = await send_code(county)
    wrong = [f"{(int(code) + 1 + number) % 1_000_000:06}" for number in range(50)]
    answers = await asyncio.gather(*(transact(county, sign_in, SignIn(phone=PHONE, code=guess)) for guess in wrong))
    reasons = [answer.reason for answer in answers if isinstance(answer, Refused)]
    assert reasons.count(IdentityReason.CODE_WRONG) == 5
    assert reasons.count(IdentityReason.CODE_TRIES_SPENT) == 45
    late = await transact(county, sign_in, SignIn(phone=PHONE, code=code))
    assert late == Refused(IdentityReason.CODE_TRIES_SPENT)
    failures = await inquire(county, find, Find(act="identity.sign_in"))
    assert [(entry.success, entry.actor.kind) for entry in failures] == [(False, ActorKind.VISITOR)] * 5
    assert all(PHONE not in entry.subject_id for entry in failures)


async def test_one_code_opens_one_session_however_often_it_is_sent_at_once(county: County) -> None:
    code = await send_code(county)
    tries = [transact(county, sign_in, SignIn(phone=PHONE, code=code)) for _ in range(20)]
    answers = await asyncio.gather(*tries)
    assert sum(isinstance(answer, Opened) for answer in answers) == 1
    assert {answer.reason for answer in answers if isinstance(answer, Refused)} == {IdentityReason.CODE_WRONG}


async def test_a_newer_code_replaces_the_one_before(county: County, clock: HandClock) -> None:
    old = await send_code(county)
    clock.forward(minutes=1)
    await transact(county, request_code, ask())
    new = await code_in_box(county)
    if old != new:
        assert await transact(county, sign_in, SignIn(phone=PHONE, code=old)) == Refused(IdentityReason.CODE_WRONG)
    assert isinstance(await transact(county, sign_in, SignIn(phone=PHONE, code=new)), Opened)


async def test_a_code_that_has_run_out_is_wrong(county: County, clock: HandClock) -> None:
    code = await send_code(county)
    clock.forward(minutes=5)
    assert await transact(county, sign_in, SignIn(phone=PHONE, code=code)) == Refused(IdentityReason.CODE_WRONG)


async def test_a_token_that_the_client_brings_is_never_adopted(county: County, clock: HandClock) -> None:
    chosen = "A" * 43
    code = await send_code(county)
    arrival = Arrival(previous_token=chosen)
    opened = await transact(county, sign_in, SignIn(phone=PHONE, code=code, arrival=arrival))
    assert isinstance(opened, Opened)
    assert opened.token != chosen

    async def of_token(tx: Transaction, token: str) -> bool:
        session = await sessions.session_of_token(tx, token_hash(token))
        return session is not None and session.ended_at is None

    assert not await inquire(county, of_token, chosen)
    assert await inquire(county, of_token, opened.token)
    clock.forward(minutes=1)
    code = await send_code(county)
    arrival = Arrival(previous_token=opened.token)
    renewed = await transact(county, sign_in, SignIn(phone=PHONE, code=code, arrival=arrival))
    assert isinstance(renewed, Opened)
    assert not await inquire(county, of_token, opened.token)
    assert await inquire(county, of_token, renewed.token)


async def test_a_token_has_256_bits_and_is_stored_as_a_hash(county: County) -> None:
    opened = await resident(county)
    assert len(opened.token) == 43
    assert opened.token.encode() not in await stored_bytes(county, "sessions")
