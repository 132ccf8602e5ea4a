"""How well the county knows somebody rises with proofs, and what was proven becomes a key of sameness."""

from datetime import date
from uuid import UUID

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.demonstration.unassignable import identity_number
from backend.identity.consent import AnswerConsent, answer_consent
from backend.identity.consent_texts import CONSENT_TEXTS, ConsentKind
from backend.identity.look import FindResident, find_resident
from backend.identity.me import UpdateProfile, update_profile
from backend.identity.person import ByKey, claimant, find_residents_by_key
from backend.identity.prove_identity import (
    DemonstrationVendor,
    NoteKey,
    ProveIdentity,
    RecordProof,
    ThreeElements,
    VendorAnswer,
    note_key,
    prove_identity,
    record_proof,
)
from backend.identity.reasons import IdentityReason
from backend.identity.recognise import Recogniser
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.claimants import Claimant, KeyKind, ProofLevel
from backend.kernel.ids import new_id
from backend.kernel.refusals import GeneralReason, Reason, Refused
from tests.databases import HandClock
from tests.identity.people import PHONE, by, resident
from tests.identity.test_codes import stored_bytes

NUMBER = identity_number(date(1991, 5, 12), 2)


class DoubtfulVendor:
    """Says no to everybody, and counts how often it was asked."""

    name = "doubtful"

    def __init__(self) -> None:
        self.asked = 0

    async def check(self, elements: ThreeElements, /) -> VendorAnswer:
        self.asked += 1
        return VendorAnswer(matches=False, reference="no")


async def agree(county: County, person: UUID, *kinds: ConsentKind) -> None:
    for kind in kinds:
        command = AnswerConsent(
            person_id=person,
            kind=kind,
            text_hash=CONSENT_TEXTS[kind].hash,
            given=True,
            actor=Actor(kind=ActorKind.RESIDENT, id=person),
        )
        await transact(county, answer_consent, command)


def proving(person: UUID, number: str = NUMBER) -> ProveIdentity:
    return ProveIdentity(resident_id=person, name="李晓燕", identity_number=number, actor=by(person))


async def known(county: County, person: UUID) -> Claimant:
    found = await inquire(county, claimant, person)
    assert found is not None
    return found


async def test_a_vendor_is_asked_only_after_both_consents(county: County) -> None:
    person, vendor = (await resident(county)).person_id, DoubtfulVendor()
    refused = await prove_identity(county, proving(person), vendor)
    assert refused == Refused[Reason](IdentityReason.CONSENT_NEEDED, "identity-number")
    await agree(county, person, ConsentKind.IDENTITY_NUMBER)
    refused = await prove_identity(county, proving(person), vendor)
    assert refused == Refused[Reason](IdentityReason.CONSENT_NEEDED, "third-party-identity-vendor")
    assert vendor.asked == 0


async def test_a_match_raises_the_level_and_keeps_the_number_sealed(county: County) -> None:
    opened, recogniser = await resident(county), Recogniser()
    person = opened.person_id
    await recogniser.poll_once(county)
    before = await recogniser.find(county, opened.token, None)
    assert before is not None
    assert before.proof_level == ProofLevel.PHONE
    await agree(county, person, ConsentKind.IDENTITY_NUMBER, ConsentKind.IDENTITY_VENDOR)
    assert await prove_identity(county, proving(person), DemonstrationVendor()) is ProofLevel.VENDOR
    found = await known(county, person)
    assert (KeyKind.IDENTITY, county.keys.keyed_hash("identity", NUMBER)) in found.keys
    await recogniser.poll_once(county)
    after = await recogniser.find(county, opened.token, None)
    assert after is not None
    assert after.claimant == found
    for table in ("residents", "resident_keys", "identity_proofs", "audit_entries"):
        stored = await stored_bytes(county, table)
        assert NUMBER.encode() not in stored
        assert "李晓燕".encode() not in stored
    assert await inquire(county, find_residents_by_key, ByKey(KeyKind.IDENTITY, NUMBER)) == [person]
    row = await transact(county, find_resident, FindResident(PHONE, by(new_id())))
    assert row is not None
    assert (row.name, row.identity_number) == ("李晓燕", NUMBER)


async def test_no_match_stores_nothing_and_five_checks_a_day_are_the_limit(county: County, clock: HandClock) -> None:
    person, vendor = (await resident(county)).person_id, DoubtfulVendor()
    await agree(county, person, ConsentKind.IDENTITY_NUMBER, ConsentKind.IDENTITY_VENDOR)
    before = await known(county, person)
    for _ in range(5):
        assert await prove_identity(county, proving(person), vendor) == Refused(IdentityReason.PROOF_FAILED)
    assert await prove_identity(county, proving(person), vendor) == Refused(IdentityReason.PROOF_TOO_OFTEN)
    assert (vendor.asked, await known(county, person)) == (5, before)
    clock.forward(hours=14)
    assert await prove_identity(county, proving(person), vendor) == Refused(IdentityReason.PROOF_FAILED)


async def test_a_number_whose_check_is_wrong_is_refused_before_anybody_is_asked(county: County) -> None:
    person, vendor = (await resident(county)).person_id, DoubtfulVendor()
    wrong = proving(person, NUMBER[:17] + ("0" if NUMBER[17] != "0" else "1"))
    assert await prove_identity(county, wrong, vendor) == Refused(IdentityReason.IDENTITY_NUMBER_WRONG)
    assert vendor.asked == 0


async def test_a_level_never_falls_and_a_proven_name_stays(county: County) -> None:
    person = (await resident(county)).person_id
    seen = RecordProof(
        resident_id=person,
        level=ProofLevel.STATION,
        provider="station",
        reference="card seen",
        actor=by(new_id()),
        name="李晓燕",
        identity_number=NUMBER,
    )
    assert await transact(county, record_proof, seen) is ProofLevel.STATION
    weaker = RecordProof(resident_id=person, level=ProofLevel.PHONE, provider="code", reference="", actor=by(new_id()))
    assert await transact(county, record_proof, weaker) is ProofLevel.STATION
    renamed = UpdateProfile(resident_id=person, name="王五", town_code="511527100", actor=by(person))
    assert await transact(county, update_profile, renamed) is None
    row = await transact(county, find_resident, FindResident(PHONE, by(new_id())))
    assert row is not None
    assert (row.name, row.town_code) == ("李晓燕", "511527100")
    assert (await known(county, person)).town_code == "511527100"
    nobody = RecordProof(
        resident_id=new_id(), level=ProofLevel.STATION, provider="station", reference="", actor=by(new_id())
    )
    assert await transact(county, record_proof, nobody) == Refused(GeneralReason.NOT_FOUND)


async def test_a_card_that_paid_is_a_key_of_sameness(county: County) -> None:
    person = (await resident(county)).person_id
    note = NoteKey(resident_id=person, kind=KeyKind.CARD, value="token-of-a-card")
    assert await transact(county, note_key, note)
    assert not await transact(county, note_key, note)
    assert (KeyKind.CARD, county.keys.keyed_hash("card", "token-of-a-card")) in (await known(county, person)).keys
