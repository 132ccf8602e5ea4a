"""One live key a resident, proven to be in the phone; a new phone's key replaces the old one at once."""

import asyncio
from datetime import timedelta
from uuid import UUID

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.enrol_holder_key import (
    AllowOffline,
    AskChallenge,
    EnrolHolderKey,
    allow_offline,
    ask_challenge,
    enrol_holder_key,
    holder_keys,
)
from backend.identity.reasons import IdentityReason
from backend.identity.records import HolderKey
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.enrolment import Challenge, EnrolmentReason, prove_possession
from backend.kernel.ids import new_id
from backend.kernel.refusals import GeneralReason, Reason, Refused
from backend.kernel.signing import SigningKey, to_base64url
from backend.notifications.inbox import Inbox, inbox
from tests.databases import HandClock
from tests.identity.people import by, resident


async def proven(county: County, resident_id: UUID, key: SigningKey, *, county_code: str = "511527") -> EnrolHolderKey:
    issued = await transact(county, ask_challenge, AskChallenge(resident_id))
    challenge = Challenge(county=county_code, resident=resident_id, nonce=issued.nonce, expires_at=issued.expires_at)
    return EnrolHolderKey(
        resident_id=resident_id,
        key=to_base64url(key.public.compressed),
        signature=to_base64url(prove_possession(challenge, holder=key)),
        actor=Actor(kind=ActorKind.RESIDENT, id=resident_id),
    )


async def enrol(county: County, resident_id: UUID, key: SigningKey) -> HolderKey | Refused[Reason]:
    return await transact(county, enrol_holder_key, await proven(county, resident_id, key))


async def live(county: County, resident_id: UUID) -> HolderKey | None:
    return (await inquire(county, holder_keys, frozenset({resident_id}))).get(resident_id)


async def test_the_first_key_works_offline_at_once(county: County, clock: HandClock) -> None:
    person, key = (await resident(county)).person_id, SigningKey.new()
    enrolled = await enrol(county, person, key)
    assert isinstance(enrolled, HolderKey)
    assert (enrolled.point, enrolled.offline_from) == (key.public.compressed, clock())
    assert await live(county, person) == enrolled


async def test_a_new_phones_key_replaces_the_old_at_once_and_works_offline_after_a_day(
    county: County, clock: HandClock
) -> None:
    person = (await resident(county)).person_id
    await enrol(county, person, SigningKey.new())
    clock.forward(hours=1)
    second = await enrol(county, person, SigningKey.new())
    assert isinstance(second, HolderKey)
    assert second.offline_from == clock() + timedelta(hours=24)
    assert await live(county, person) == second
    told = await inquire(county, inbox, Inbox(recipient_id=person))
    assert [message.code for message in told] == ["holder-key-replaced"]
    assert await transact(county, allow_offline, AllowOffline(resident_id=person, actor=by(new_id())))
    checked = await live(county, person)
    assert checked is not None
    assert checked.offline_from == clock()
    assert not await transact(county, allow_offline, AllowOffline(resident_id=person, actor=by(new_id())))


async def test_the_same_key_again_changes_nothing(county: County, clock: HandClock) -> None:
    person, key = (await resident(county)).person_id, SigningKey.new()
    first = await enrol(county, person, key)
    clock.forward(hours=1)
    assert await enrol(county, person, key) == first
    assert await inquire(county, inbox, Inbox(recipient_id=person)) == []


async def test_a_challenge_serves_once_and_for_five_minutes(county: County, clock: HandClock) -> None:
    person = (await resident(county)).person_id
    command = await proven(county, person, SigningKey.new())
    assert isinstance(await transact(county, enrol_holder_key, command), HolderKey)
    again = await transact(county, enrol_holder_key, command)
    assert again == Refused(IdentityReason.CHALLENGE_INVALID)
    late = await proven(county, person, SigningKey.new())
    clock.forward(minutes=5)
    assert await transact(county, enrol_holder_key, late) == Refused(EnrolmentReason.CHALLENGE_EXPIRED)
    in_time = await proven(county, person, SigningKey.new())
    clock.forward(minutes=5, microseconds=-1)
    assert isinstance(await transact(county, enrol_holder_key, in_time), HolderKey)


async def test_a_proof_serves_one_key_one_resident_and_one_county(county: County) -> None:
    person, other = (await resident(county)).person_id, (await resident(county, "15410000002")).person_id
    key = SigningKey.new()
    not_a_point, another = b"\x02" + b"\xff" * 32, SigningKey.new().public.compressed
    for county_code, offered in (("511528", key.public.compressed), ("511527", another), ("511527", not_a_point)):
        made = await proven(county, person, key, county_code=county_code)
        command = EnrolHolderKey(
            resident_id=person, key=to_base64url(offered), signature=made.signature, actor=by(person)
        )
        refused = await transact(county, enrol_holder_key, command)
        assert refused == Refused(EnrolmentReason.PROOF_FORGED)
    stolen = await proven(county, person, key)
    await transact(county, ask_challenge, AskChallenge(other))
    theirs = EnrolHolderKey(resident_id=other, key=stolen.key, signature=stolen.signature, actor=by(other))
    assert await transact(county, enrol_holder_key, theirs) == Refused(EnrolmentReason.PROOF_FORGED)
    nobody = EnrolHolderKey(resident_id=new_id(), key=stolen.key, signature=stolen.signature, actor=by(other))
    assert await transact(county, enrol_holder_key, nobody) == Refused(GeneralReason.NOT_FOUND)
    assert await live(county, person) is None
    assert await live(county, other) is None


async def test_one_challenge_sent_twenty_times_at_once_enrols_one_key(county: County) -> None:
    person = (await resident(county)).person_id
    command = await proven(county, person, SigningKey.new())
    outcomes = await asyncio.gather(*(transact(county, enrol_holder_key, command) for _ in range(20)))
    assert sum(isinstance(outcome, HolderKey) for outcome in outcomes) == 1
