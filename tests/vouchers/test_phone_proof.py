"""What a station does for somebody with the proof "phone-code" needs a code that came back: in this shift, just now."""

from typing import Any
from uuid import UUID

from msgspec.structs import replace

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.prove_identity import NoteKey, note_key
from backend.kernel.claimants import KeyKind
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.stations.find_assisted import FindAssisted, find_assisted
from backend.stations.phone_code_rules import PhoneCodeReason
from backend.stations.rules import AssistedAct, ProofKind
from backend.vouchers.assist import AssistedClaim, AssistedRedeem, assisted_claim, assisted_redeem
from backend.vouchers.assisted_code import AssistedShortCode, AssistedWallet, assisted_short_code, assisted_wallet
from backend.vouchers.assisted_ways import assisted_entry, assisted_taking
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.enter_draw import Entered
from backend.vouchers.papers import Papers
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.rules import ClaimReason, RedemptionReason
from backend.vouchers.short_code import ShortCode
from tests.databases import HandClock
from tests.stations.phone_proofs import phone_checked
from tests.stations.station_makers import by_operator, with_shift
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.counters import counter, redemption
from tests.vouchers.lots import drawn_campaign
from tests.vouchers.rosters import confirmed, listed, roster_campaign
from tests.vouchers.test_papers import NOT_ELIGIBLE, NUMBER, elder
from tests.web.world import row_counts

PHONE = "15403000001"
NEEDED = Refused(PhoneCodeReason.PROOF_NEEDED)
OVER = Refused(PhoneCodeReason.PROOF_OVER)
CODE = Papers(proof=ProofKind.PHONE_CODE)


async def known_elder(county: County, number: int = 1) -> UUID:
    """Somebody with an old phone, whose identity card a station has seen before."""
    person = await elder(county, number)
    await transact(county, note_key, NoteKey(resident_id=person, kind=KeyKind.IDENTITY, value=NUMBER))
    return person


def asking(round_id: UUID, person: UUID, shift_id: UUID, **more: Any) -> AssistedClaim:
    claim_id = new_id()
    actor = replace(by_operator(), request_id=claim_id, shift_id=shift_id, proof=ProofKind.PHONE_CODE)
    given: dict[str, Any] = {
        "claim_id": claim_id,
        "round_id": round_id,
        "resident_id": person,
        "shift_id": shift_id,
        "actor": actor,
    }
    return AssistedClaim(**(given | {"proof": ProofKind.PHONE_CODE} | more))


def spending(county: County, code: str, shop: UUID, shift_id: UUID) -> AssistedRedeem:
    redemption_id = new_id()
    actor = replace(by_operator(), request_id=redemption_id, shift_id=shift_id, proof=ProofKind.PHONE_CODE)
    command = replace(redemption(county, code, shop, redemption_id=redemption_id), actor=actor)
    return AssistedRedeem(redeem=command, shift_id=shift_id, proof=ProofKind.PHONE_CODE)


async def served(county: County) -> list[tuple[str, bool]]:
    """Every act on record with its proof's kind, and whether the county checked it."""
    return sorted((one.act.value, one.proof_checked) for one in await inquire(county, find_assisted, FindAssisted()))


async def test_a_claim_needs_a_code_that_came_back_and_says_that_the_county_checked_it(
    county: County, clock: HandClock
) -> None:
    [round_id] = await running_campaign(county)
    _, shift_id = await with_shift(county)
    person = await known_elder(county)
    command = asking(round_id, person, shift_id)
    before = await row_counts(county)
    assert await transact(county, assisted_claim, command) == NEEDED
    assert await row_counts(county) == before
    await phone_checked(county, shift_id, PHONE)
    clock.forward(minutes=14, seconds=59)
    claimed = await transact(county, assisted_claim, command)
    assert isinstance(claimed, Claimed)
    assert await served(county) == [("voucher.claim", True)]
    [entry] = await inquire(county, find, Find(act="stations.assist"))
    assert "proof phone-code checked, shift" in entry.detail
    clock.forward(minutes=1)
    # What was answered once is answered again; another visit is another proof.
    assert await transact(county, assisted_claim, command) == replace(claimed, again=True)
    assert await transact(county, assisted_claim, asking(round_id, person, shift_id)) == OVER
    word = asking(round_id, person, shift_id, proof=ProofKind.IDENTITY_CARD, proof_number=NUMBER)
    assert await transact(county, assisted_claim, word) == Refused(ClaimReason.LIMIT_REACHED)
    assert await faults(county) == []


async def test_somebody_elses_phone_proves_nothing(county: County) -> None:
    [round_id] = await running_campaign(county)
    _, shift_id = await with_shift(county)
    person = await known_elder(county)
    await elder(county, 2)
    await phone_checked(county, shift_id, "15403000002")
    assert await transact(county, assisted_claim, asking(round_id, person, shift_id)) == NEEDED


async def test_a_phone_alone_is_nobodys_papers(county: County) -> None:
    """It may be the helper's own: a claim stays keyed by a card that was seen once."""
    [round_id] = await running_campaign(county)
    _, shift_id = await with_shift(county)
    person = await elder(county)
    await phone_checked(county, shift_id, PHONE)
    assert await transact(county, assisted_claim, asking(round_id, person, shift_id)) == NOT_ELIGIBLE


async def test_draws_and_lists_ask_for_it_too(county: County) -> None:
    _, shift_id = await with_shift(county)
    person = await known_elder(county)
    draw = asking(await drawn_campaign(county), person, shift_id)
    campaign_id, rounds = await roster_campaign(county)
    await confirmed(county, campaign_id, listed(1, phone="", identity_number=NUMBER))
    by_list = asking(rounds["low-income"], person, shift_id)
    assert await transact(county, assisted_entry, draw) == NEEDED
    assert await transact(county, assisted_taking, by_list) == NEEDED
    await phone_checked(county, shift_id, PHONE)
    assert isinstance(await transact(county, assisted_entry, draw), Entered)
    assert isinstance(await transact(county, assisted_taking, by_list), Claimed)
    assert await served(county) == [("voucher.claim", True)] * 2


async def test_the_wallet_opens_with_the_phone_and_a_code_is_made(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county)
    _, shift_id = await with_shift(county)
    person = await known_elder(county)
    await phone_checked(county, shift_id, PHONE)
    claimed = await transact(county, assisted_claim, asking(round_id, person, shift_id))
    assert isinstance(claimed, Claimed)
    looking = AssistedWallet(resident_id=person, shift_id=shift_id, papers=CODE, actor=by_operator())
    making = AssistedShortCode(
        code_id=new_id(),
        resident_id=person,
        voucher_id=claimed.voucher_id,
        shift_id=shift_id,
        papers=CODE,
        actor=replace(by_operator(), shift_id=shift_id, proof=ProofKind.PHONE_CODE),
    )
    found = await transact(county, assisted_wallet, looking)
    assert not isinstance(found, Refused)
    assert [voucher.voucher_id for voucher in found] == [claimed.voucher_id]
    assert isinstance(await transact(county, assisted_short_code, making), ShortCode)
    assert await served(county) == [("voucher.claim", True), ("voucher.short-code", True)]
    clock.forward(minutes=15)
    assert await transact(county, assisted_wallet, looking) == OVER
    assert await transact(county, assisted_short_code, replace(making, code_id=new_id())) == OVER


async def test_a_redemption_asks_for_the_holders_phone_and_tells_nobody_which_codes_live(county: County) -> None:
    [round_id] = await running_campaign(county)
    _, shift_id = await with_shift(county)
    shop, person = await counter(county, places=False), await known_elder(county)
    card = asking(round_id, person, shift_id, proof=ProofKind.IDENTITY_CARD, proof_number=NUMBER)
    claimed = await transact(county, assisted_claim, card)
    assert isinstance(claimed, Claimed)
    made = await transact(
        county,
        assisted_short_code,
        AssistedShortCode(
            code_id=new_id(),
            resident_id=person,
            voucher_id=claimed.voucher_id,
            shift_id=shift_id,
            papers=Papers(proof=ProofKind.IDENTITY_CARD, number=NUMBER),
            actor=by_operator(),
        ),
    )
    assert isinstance(made, ShortCode)
    nothing = f"{(int(made.code) + 1) % 100_000_000:08}"
    for code in (made.code, nothing):
        assert await transact(county, assisted_redeem, spending(county, code, shop, shift_id)) == NEEDED
    await phone_checked(county, shift_id, PHONE)
    lost = await transact(county, assisted_redeem, spending(county, nothing, shop, shift_id))
    assert lost == Refused(RedemptionReason.CODE_WRONG)
    spent = await transact(county, assisted_redeem, spending(county, made.code, shop, shift_id))
    assert isinstance(spent, Redeemed)
    acts = [(AssistedAct.CLAIM, False), (AssistedAct.REDEEM, True), (AssistedAct.SHORT_CODE, False)]
    assert await served(county) == [(act.value, checked) for act, checked in acts]
    assert await faults(county) == []
