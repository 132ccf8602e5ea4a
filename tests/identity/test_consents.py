"""Consent is given to a text, never by silence; a no is not asked again for thirty days; rows only grow."""

from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.consent import (
    AnswerConsent,
    ConsentState,
    answer_consent,
    has_consent,
    my_consents,
)
from backend.identity.consent_texts import CONSENT_TEXTS, ConsentKind
from backend.identity.reasons import IdentityReason
from backend.identity.rules import ASK_AGAIN_AFTER, ConsentAnswer
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from tests.databases import HandClock
from tests.house.source import ROOT, python
from tests.identity.people import resident

KIND = ConsentKind.PRECISE_LOCATION


def says(person: UUID, given: bool, *, text_hash: bytes = CONSENT_TEXTS[KIND].hash) -> AnswerConsent:
    return AnswerConsent(
        person_id=person,
        kind=KIND,
        text_hash=text_hash,
        given=given,
        actor=Actor(kind=ActorKind.RESIDENT),
    )


async def state(county: County, person: UUID) -> ConsentState:
    states = await inquire(county, my_consents, person)
    (mine,) = [one for one in states if one.text.kind is KIND]
    return mine


async def test_nothing_is_agreed_to_before_somebody_said_so(county: County) -> None:
    person = (await resident(county)).person_id
    states = await inquire(county, my_consents, person)
    assert [one.text.kind for one in states] == list(ConsentKind)
    assert not any(one.given or one.answer or one.ask_again_at for one in states)


async def test_a_yes_holds_until_it_is_withdrawn(county: County, clock: HandClock) -> None:
    person = (await resident(county)).person_id
    given = await transact(county, answer_consent, says(person, True))
    assert isinstance(given, ConsentState)
    assert (given.given, given.ask_again_at) == (True, None)
    assert await transact(county, answer_consent, says(person, True)) == given
    clock.forward(days=1)
    withdrawn = await transact(county, answer_consent, says(person, False))
    assert isinstance(withdrawn, ConsentState)
    assert (withdrawn.given, withdrawn.answer) == (False, ConsentAnswer.WITHDRAWN)
    assert await state(county, person) == withdrawn


async def test_a_no_is_not_asked_again_for_thirty_days(county: County, clock: HandClock) -> None:
    person = (await resident(county)).person_id
    refused = await transact(county, answer_consent, says(person, False))
    assert isinstance(refused, ConsentState)
    assert (refused.answer, refused.ask_again_at) == (ConsentAnswer.REFUSED, clock() + ASK_AGAIN_AFTER)
    assert ASK_AGAIN_AFTER.days == 30


async def test_an_answer_to_another_text_counts_for_nothing(county: County) -> None:
    person = (await resident(county)).person_id
    old = says(person, True, text_hash=b"x" * 32)
    assert await transact(county, answer_consent, old) == Refused(IdentityReason.CONSENT_TEXT_CHANGED)

    async def ask(tx: Transaction, asked: UUID) -> bool:
        return await has_consent(tx, asked, KIND)

    assert not await inquire(county, ask, person)
    await transact(county, answer_consent, says(person, True))
    assert await inquire(county, ask, person)


async def test_answers_cannot_be_changed_or_erased(county: County) -> None:
    person = (await resident(county)).person_id
    await transact(county, answer_consent, says(person, True))

    async def tamper(tx: Transaction, statement: str, *, now: Instant) -> None:
        await tx.connection.exec_driver_sql(statement)

    for statement in ("UPDATE consents SET answer = 'refused'", "DELETE FROM consents"):
        with pytest.raises(DBAPIError, match="append-only"):
            await transact(county, tamper, statement)


def test_every_kind_has_a_text_in_two_languages_with_a_hash_of_its_own() -> None:
    assert set(CONSENT_TEXTS) == set(ConsentKind)
    assert len({text.hash for text in CONSENT_TEXTS.values()}) == len(ConsentKind)
    assert all(text.zh.startswith("同意后") and text.en for text in CONSENT_TEXTS.values())


def test_what_is_said_of_the_position_is_what_is_done_with_it() -> None:
    """The page of what is near measures on the phone, and no service takes a resident's position: both say so."""
    text = CONSENT_TEXTS[ConsentKind.PRECISE_LOCATION]
    near = (ROOT / "pwa/apps/resident/nearby/texts/zh.ts").read_text()
    assert "位置只在手机上算距离，不发送、不保存。" in near
    assert "只在您的手机上算距离，位置不发送、不保存，不需要这项授权" in text.zh
    assert "目前没有这样的服务" in text.zh
    asking = [source.name for source in python("backend") if "PRECISE_LOCATION" in source.text]
    assert asking == ["backend/identity/consent_texts.py"]
