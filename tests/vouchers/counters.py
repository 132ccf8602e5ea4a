"""Residents with a phone, a voucher in it, and a counter to spend it at."""

from uuid import UUID

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import transact
from backend.identity.enrol_holder_key import AskChallenge, EnrolHolderKey, ask_challenge, enrol_holder_key
from backend.identity.open_account import OpenAccount, open_account
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.claimants import ProofLevel
from backend.kernel.enrolment import Challenge, prove_possession
from backend.kernel.ids import new_id
from backend.kernel.presentations import present
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey, to_base64url
from backend.merchants.rules import Trade
from backend.vouchers.claim import claim
from backend.vouchers.claim_rules import Claim, Claimed
from backend.vouchers.counter_routes import presented
from backend.vouchers.redeem import redeem
from backend.vouchers.redeem_rules import Redeem, RedeemOutcome
from backend.vouchers.refund_rules import RollBack, RollBackOutcome
from backend.vouchers.roll_back import roll_back
from backend.vouchers.rules import Bill, ClaimantFacts
from backend.vouchers.short_code import MakeShortCode, ShortCode, make_short_code
from backend.vouchers.wallet import IssueTokens, issue_tokens
from tests.merchants.merchant_makers import admission, admitted, with_places

TILL = Actor(kind=ActorKind.STAFF, id=UUID(int=0x711), role="merchant")


class Phone(Struct, frozen=True, kw_only=True):
    """A resident's phone with its key."""

    resident_id: UUID
    key: SigningKey


async def counter(county: County, *, order: int = 1, trade: Trade = Trade.CATERING, places: bool = True) -> UUID:
    """A merchant that takes vouchers."""
    if places:
        await with_places(county)
    return (await admitted(county, admission(order=order, trade=trade))).merchant_id


async def phone(county: County, number: int = 1) -> Phone:
    """A resident whose phone has proven its key."""
    resident_id = await transact(
        county, open_account, OpenAccount(phone=f"1540200{number:04d}", proof_level=ProofLevel.PHONE)
    )
    key = SigningKey.new()
    me = Actor(kind=ActorKind.RESIDENT, id=resident_id)
    asked = await transact(county, ask_challenge, AskChallenge(resident_id))
    challenge = Challenge(county=county.code, resident=resident_id, nonce=asked.nonce, expires_at=asked.expires_at)
    done = await transact(
        county,
        enrol_holder_key,
        EnrolHolderKey(
            resident_id=resident_id,
            key=to_base64url(key.public.uncompressed),
            signature=to_base64url(prove_possession(challenge, holder=key)),
            actor=me,
        ),
    )
    assert not isinstance(done, Refused), done
    return Phone(resident_id=resident_id, key=key)


async def voucher(county: County, round_id: UUID, of: Phone) -> UUID:
    """Claim one voucher."""
    claim_id = new_id()
    outcome = await transact(
        county,
        claim,
        Claim(
            claim_id=claim_id,
            round_id=round_id,
            resident_id=of.resident_id,
            facts=ClaimantFacts(),
            people=(of.resident_id.bytes * 2,),
            actor=Actor(kind=ActorKind.RESIDENT, id=of.resident_id, request_id=claim_id),
        ),
    )
    assert isinstance(outcome, Claimed), outcome
    return outcome.voucher_id


async def shown(county: County, of: Phone, voucher_id: UUID, *, count: int = 1) -> str:
    """What the phone draws now."""
    issued = await transact(county, issue_tokens, IssueTokens(of.resident_id))
    assert not isinstance(issued, Refused)
    token = next(token.token for token in issued if token.voucher_id == voucher_id)
    return present(token, holder=of.key, at=county.clock(), counter=count)


async def typed(county: County, of: Phone, voucher_id: UUID) -> str:
    """Eight digits for the voucher."""
    made = await transact(county, make_short_code, MakeShortCode(resident_id=of.resident_id, voucher_id=voucher_id))
    assert isinstance(made, ShortCode), made
    return made.code


def redemption(
    county: County,
    code: str,
    merchant_id: UUID,
    *,
    bill_fen: int = 20_000,
    eligible_fen: int | None = None,
    redemption_id: UUID | None = None,
) -> Redeem:
    """The command of a counter that has scanned or typed a code."""
    return Redeem(
        redemption_id=redemption_id or new_id(),
        presented=presented(county, code),
        merchant_id=merchant_id,
        bill=Bill(bill_fen=bill_fen, eligible_fen=bill_fen if eligible_fen is None else eligible_fen),
        actor=TILL,
    )


async def spend(county: County, command: Redeem) -> RedeemOutcome:
    """Redeem plainly."""
    return await transact(county, redeem, command)


async def undo(
    county: County,
    redemption_id: UUID,
    merchant_id: UUID,
    *,
    roll_back_id: UUID | None = None,
    refund_fen: int | None = None,
) -> RollBackOutcome:
    """Roll a redemption back."""
    return await transact(
        county,
        roll_back,
        RollBack(
            roll_back_id=roll_back_id or new_id(),
            redemption_id=redemption_id,
            merchant_id=merchant_id,
            reason="顾客退单",
            refund_fen=refund_fen,
            actor=TILL,
        ),
    )
