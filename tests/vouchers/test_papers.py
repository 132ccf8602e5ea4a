"""A station serves people by their papers: the number is given with the act, an operator's word alone is nothing."""

from datetime import date
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.demonstration.unassignable import identity_number
from backend.identity.open_account import OpenAccount, open_account
from backend.identity.person import claimant
from backend.identity.tables import residents
from backend.kernel.claimants import KeyKind, ProofLevel
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.stations.phone_code_rules import PhoneCodeReason
from backend.stations.rules import ProofKind
from backend.vouchers.assist import AssistedClaim, assisted_claim
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.papers import PapersReason
from backend.vouchers.rules import ClaimReason, Limit
from tests.stations.station_makers import by_operator, with_shift
from tests.vouchers.campaigns import RULE, faults, running_campaign

NUMBER = identity_number(date(1949, 3, 2), 1)
OTHER_NUMBER = identity_number(date(1951, 7, 9), 2)
NOT_ELIGIBLE = Refused(ClaimReason.NOT_ELIGIBLE, PapersReason.PAPERS_NEEDED.zh)


async def elder(county: County, number: int = 1) -> UUID:
    """Somebody with an account and no papers known."""
    phone = f"1540300{number:04d}"
    return await transact(county, open_account, OpenAccount(phone=phone, proof_level=ProofLevel.NONE))


def helping(round_id: UUID, resident_id: UUID, shift_id: UUID, proof: ProofKind, number: str | None = None) -> Any:
    claim_id = new_id()
    return AssistedClaim(
        claim_id=claim_id,
        round_id=round_id,
        resident_id=resident_id,
        shift_id=shift_id,
        proof=proof,
        proof_number=number,
        actor=replace(by_operator(), request_id=claim_id, shift_id=shift_id, proof=proof),
    )


async def test_an_operators_word_alone_lifts_nobody(county: County) -> None:
    [round_id] = await running_campaign(county, claim_level=3)
    _, shift_id = await with_shift(county)
    person = await elder(county)
    for proof in ProofKind:
        command = helping(round_id, person, shift_id, proof)
        # That a code came back is nobody's word: without one there is nothing to weigh.
        word = proof is not ProofKind.PHONE_CODE
        expected = NOT_ELIGIBLE if word else Refused(PhoneCodeReason.PROOF_NEEDED)
        assert await transact(county, assisted_claim, command) == expected
    assert await faults(county) == []


async def test_a_number_given_with_the_act_is_kept_as_a_hash_and_lifts_the_person(county: County) -> None:
    [round_id] = await running_campaign(county, claim_level=3)
    _, shift_id = await with_shift(county)
    person = await elder(county)
    command = helping(round_id, person, shift_id, ProofKind.IDENTITY_CARD, NUMBER)
    assert isinstance(await transact(county, assisted_claim, command), Claimed)
    known = await inquire(county, claimant, person)
    assert known is not None
    assert known.proof_level is ProofLevel.STATION
    assert (KeyKind.IDENTITY, county.keys.keyed_hash(KeyKind.IDENTITY, NUMBER)) in known.keys

    async def sealed(tx: Transaction, resident_id: UUID) -> object:
        kept = select(residents.c.identity_number).where(residents.c.id == resident_id)
        return (await tx.execute(kept)).scalar_one_or_none()

    assert await inquire(county, sealed, person) is None, "the county needs to recognise the number, not to read it"


async def test_a_wrong_number_and_somebody_elses_are_refused(county: County) -> None:
    limits = (Limit(rule_id=RULE, most=2),)
    [round_id] = await running_campaign(county, limits=limits)
    _, shift_id = await with_shift(county)
    person = await elder(county)
    wrong = helping(
        round_id, person, shift_id, ProofKind.IDENTITY_CARD, NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")
    )
    assert await transact(county, assisted_claim, wrong) == Refused(PapersReason.NUMBER_WRONG)
    first = helping(round_id, person, shift_id, ProofKind.IDENTITY_CARD, NUMBER.lower())
    assert isinstance(await transact(county, assisted_claim, first), Claimed)
    others = helping(round_id, person, shift_id, ProofKind.IDENTITY_CARD, OTHER_NUMBER)
    assert await transact(county, assisted_claim, others) == Refused(PapersReason.NUMBER_DIFFERS)
    known = helping(round_id, person, shift_id, ProofKind.PRESENCE)
    assert isinstance(await transact(county, assisted_claim, known), Claimed), "the papers are known from before"


async def test_one_card_behind_two_accounts_is_one_person(county: County) -> None:
    [round_id] = await running_campaign(county)
    _, shift_id = await with_shift(county)
    for number, expected in ((1, True), (2, False)):
        person = await elder(county, number)
        command = helping(round_id, person, shift_id, ProofKind.STATION_CARD, "YZ000017")
        outcome = await transact(county, assisted_claim, command)
        assert isinstance(outcome, Claimed) is expected
    assert outcome == Refused(ClaimReason.LIMIT_REACHED)
