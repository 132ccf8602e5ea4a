"""Nobody finds out somebody's number by trying at a station, and whoever gets a document recorded is told of it."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.demonstration.unassignable import identity_number
from backend.kernel.refusals import Refused
from backend.notifications.inbox import Inbox, inbox
from backend.outbox.due import run_due
from backend.stations.rules import ProofKind
from backend.vouchers.assist import assisted_claim
from backend.vouchers.assisted_code import AssistedWallet, assisted_wallet
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.papers import MOST_OF_OPERATOR_AN_HOUR, MOST_OF_PERSON_A_DAY, Papers, PapersReason
from backend.vouchers.retention import plan_forgetting
from backend.vouchers.rules import Limit
from backend.vouchers.tables import wrong_documents
from tests.databases import HandClock
from tests.stations.station_makers import by_operator, with_shift
from tests.vouchers.campaigns import RULE, running_campaign
from tests.vouchers.test_papers import NUMBER, elder, helping
from tests.vouchers.test_retention import DUE

DIFFERS, SPENT = Refused(PapersReason.NUMBER_DIFFERS), Refused(PapersReason.TRIES_SPENT)
NUMBERS = [identity_number(date(1950, 1, 1), nth) for nth in range(2, 40)]


async def known(county: County, round_id: UUID, shift_id: UUID, count: int) -> list[UUID]:
    """People whose identity number is known, each with their own."""
    people = [await elder(county, nth + 1) for nth in range(count)]
    for nth, person in enumerate(people):
        number = NUMBER if nth == 0 else NUMBERS[-nth]
        first = helping(round_id, person, shift_id, ProofKind.IDENTITY_CARD, number)
        assert isinstance(await transact(county, assisted_claim, first), Claimed)
    return people


async def look(county: County, person: UUID, shift_id: UUID, number: str) -> Any:
    papers = Papers(proof=ProofKind.IDENTITY_CARD, number=number)
    command = AssistedWallet(resident_id=person, shift_id=shift_id, papers=papers, actor=by_operator())
    return await transact(county, assisted_wallet, command)


async def rows(county: County) -> list[int]:
    async def ask(tx: Transaction, _asked: None) -> list[int]:
        return sorted((await tx.execute(select(wrong_documents.c.wrong))).scalars())

    return await inquire(county, ask, None)


async def test_five_wrong_documents_of_a_person_end_it_for_the_day_also_for_the_right_one(
    county: County, clock: HandClock
) -> None:
    clock.forward(hours=4)
    [round_id] = await running_campaign(county, limits=(Limit(rule_id=RULE, most=9),))
    _, shift_id = await with_shift(county)
    (person,) = await known(county, round_id, shift_id, 1)
    for _ in range(7):
        assert isinstance(await look(county, person, shift_id, NUMBER), list), "the right number is no try"
    outcomes = await asyncio.gather(*(look(county, person, shift_id, number) for number in NUMBERS[:12]))
    assert sorted(map(str, outcomes)) == sorted(map(str, [DIFFERS] * MOST_OF_PERSON_A_DAY + [SPENT] * 7))
    assert await look(county, person, shift_id, NUMBER) == SPENT
    claim = helping(round_id, person, shift_id, ProofKind.IDENTITY_CARD, NUMBER)
    assert await transact(county, assisted_claim, claim) == SPENT
    assert await rows(county) == [5, 5, 5], "what was not compared counts against nobody else"
    told = [entry.reason for entry in await inquire(county, find, Find(act="stations.compare-document"))]
    assert (told.count("document-differs"), told.count("document-tries-spent")) == (5, 9)
    clock.forward(hours=10)  # The next business day has begun.
    assert isinstance(await look(county, person, shift_id, NUMBER), list)


async def test_an_operator_who_tries_many_people_is_stopped_for_the_hour(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county)
    _, shift_id = await with_shift(county)
    people = await known(county, round_id, shift_id, 4)
    tries = [(person, number) for person in people[:3] for number in NUMBERS[:4]]
    outcomes = [await look(county, person, shift_id, number) for person, number in tries]
    assert outcomes == [DIFFERS] * MOST_OF_OPERATOR_AN_HOUR + [SPENT] * 2
    assert await look(county, people[3], shift_id, NUMBERS[-3]) == SPENT
    clock.forward(hours=1)
    assert isinstance(await look(county, people[3], shift_id, NUMBERS[-3]), list)


async def test_wrong_documents_are_forgotten_when_they_count_no_more(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county)
    _, shift_id = await with_shift(county)
    (person,) = await known(county, round_id, shift_id, 1)
    await transact(county, plan_forgetting, None)
    assert await look(county, person, shift_id, NUMBERS[0]) == DIFFERS
    clock.forward(days=1, hours=17)
    while await run_due(county, DUE, clock()):
        pass
    assert await rows(county) == []


async def test_whoever_gets_a_document_recorded_is_told_where_and_once(county: County) -> None:
    [round_id] = await running_campaign(county, limits=(Limit(rule_id=RULE, most=9),))
    _, shift_id = await with_shift(county)
    person = await elder(county)
    for _ in range(2):
        claim = helping(round_id, person, shift_id, ProofKind.IDENTITY_CARD, NUMBER)
        assert isinstance(await transact(county, assisted_claim, claim), Claimed)
    found = await inquire(county, inbox, Inbox(recipient_id=person))
    (message,) = [one for one in found if one.code == "document-recorded"]
    assert "景阳驿站核对了一张身份证" in message.words.body_zh
    assert "At Jingyang Station a document (identity card)" in message.words.body_en
    assert NUMBER not in repr(message)
    card = helping(round_id, person, shift_id, ProofKind.STATION_CARD, "YZ000017")
    assert isinstance(await transact(county, assisted_claim, card), Claimed)
    found = await inquire(county, inbox, Inbox(recipient_id=person))
    assert len([one for one in found if one.code == "document-recorded"]) == 2
