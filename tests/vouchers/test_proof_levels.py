"""A campaign may ask to know its people better than by their phone, when they claim and when they spend."""

from datetime import date
from uuid import UUID

from msgspec.structs import replace

from backend.database.county import County
from backend.database.transaction import transact
from backend.demonstration.unassignable import identity_number
from backend.identity.prove_identity import RecordProof, record_proof
from backend.kernel.claimants import ProofLevel
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.stations.rules import ProofKind
from backend.vouchers.assist import AssistedRedeem, assisted_redeem
from backend.vouchers.redeem import redeem_many
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.rules import RedemptionReason
from tests.stations.phone_proofs import phone_checked
from tests.stations.station_makers import by_operator, with_shift
from tests.vouchers.campaigns import CLERK, faults, running_campaign
from tests.vouchers.counters import Phone, counter, phone, redemption, shown, spend, voucher

NUMBER = identity_number(date(1949, 3, 2), 1)
TOO_LOW = Refused(RedemptionReason.LEVEL_TOO_LOW)


async def proven(county: County, who: Phone, level: ProofLevel) -> None:
    """A vendor or a station vouches for the resident."""
    proof = RecordProof(resident_id=who.resident_id, level=level, provider="演示", reference="1", actor=CLERK)
    assert await transact(county, record_proof, proof) == level


async def test_a_voucher_that_asks_for_identity_is_spent_by_those_who_proved_it(county: County) -> None:
    [round_id] = await running_campaign(county, redeem_level=2)
    shop, me, known = await counter(county), await phone(county), await phone(county, 2)
    mine, theirs = await voucher(county, round_id, me), await voucher(county, round_id, known)
    await proven(county, known, ProofLevel.VENDOR)
    commands = [
        redemption(county, await shown(county, me, mine), shop),
        redemption(county, await shown(county, known, theirs), shop),
    ]
    refused, done = await transact(county, redeem_many, commands)
    assert refused == TOO_LOW
    assert isinstance(done, Redeemed)
    await proven(county, me, ProofLevel.STATION)
    assert isinstance(await spend(county, redemption(county, await shown(county, me, mine), shop)), Redeemed)
    assert await faults(county) == []


async def assisted(
    county: County, code: str, shop: UUID, shift_id: UUID, proof: ProofKind, number: str | None = None
) -> AssistedRedeem:
    """An operator's redemption in their shift."""
    redemption_id = new_id()
    actor = replace(by_operator(), request_id=redemption_id, shift_id=shift_id, proof=proof)
    command = replace(redemption(county, code, shop, redemption_id=redemption_id), actor=actor)
    return AssistedRedeem(redeem=command, shift_id=shift_id, proof=proof, proof_number=number)


async def test_a_document_counts_when_its_number_is_given(county: County) -> None:
    [round_id] = await running_campaign(county, redeem_level=3)
    _, shift_id = await with_shift(county)
    shop, me = await counter(county, places=False), await phone(county)
    mine = await voucher(county, round_id, me)
    await phone_checked(county, shift_id, "15402000001")
    for proof in (ProofKind.PRESENCE, ProofKind.PHONE_CODE, ProofKind.IDENTITY_CARD):
        weak = await assisted(county, await shown(county, me, mine), shop, shift_id, proof)
        assert await transact(county, assisted_redeem, weak) == TOO_LOW
    assert await spend(county, redemption(county, await shown(county, me, mine), shop)) == TOO_LOW
    seen = await assisted(county, await shown(county, me, mine), shop, shift_id, ProofKind.IDENTITY_CARD, NUMBER)
    assert isinstance(await transact(county, assisted_redeem, seen), Redeemed)
    assert await faults(county) == []
