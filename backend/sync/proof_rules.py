"""Did the holder prove at the counter that the voucher is theirs, and do its terms give that amount?

Pure: what a ``REDEEM`` says is held against what the county remembers of tokens and cards. The holder's signature is
over the token's hash, time, counter and, with a challenge, the digest of what the counter asked.
"""

from uuid import UUID

from msgspec import Struct

from backend.kernel.challenges import CounterChallenge
from backend.kernel.instants import Instant
from backend.kernel.presentations import holder_message
from backend.kernel.refusals import Refused
from backend.kernel.tokens import ONLINE_ONLY, Token
from backend.kernel.trust import seconds_of
from backend.sync.body_rules import CardProof, HolderProof, Mode, Redeem
from backend.sync.fact_rules import DeviceFacts
from backend.sync.fault_rules import Fault
from backend.sync.limits_rules import OfflineLimits
from backend.vouchers.rules import Bill, VoucherState, decide_redemption
from backend.vouchers.rules import VoucherFacts as Spendable


class Offer(Struct, frozen=True, kw_only=True):
    """What the proof shows of the voucher; ``holder`` tells one person's claims from another's."""

    holder: bytes
    campaign: int
    terms_version: int
    domain: int
    face_fen: int
    use_from: Instant
    expires_at: Instant


class Claim(Struct, frozen=True, kw_only=True):
    """A ``REDEEM`` with what its proof shows, at the instant at which it is judged."""

    seq: int
    hash: bytes
    body: Redeem
    t_dev: Instant
    word: Instant
    """When the county gave the device its last word."""
    at: Instant
    """The effective time, and never before one that the journal showed since the same word of the county."""
    offer: Offer


def most_for(mode: Mode, policy: OfflineLimits) -> int:
    """The most in fen that such a proof is believed for without a network."""
    return policy.scan_fen if mode is Mode.ROTATING else policy.challenge_fen


def offer_of(body: Redeem, at: Instant, word: Instant, policy: OfflineLimits, facts: DeviceFacts) -> Offer | Fault:
    """The voucher as the county remembers it, or what is wrong with token or card at this instant.

    ``word`` is when the county gave the device its last word.
    """
    match body.proof:
        case HolderProof(token_hash=token_hash):
            return _offer_of_token(facts.tokens.get(token_hash), body.voucher, at, policy)
        case CardProof() as proof:
            return _offer_of_card(proof, body.voucher, at, word, facts)
    raise ValueError("what the county took itself offers nothing")


def _offer_of_token(token: Token | None, voucher: UUID, at: Instant, policy: OfflineLimits) -> Offer | Fault:
    if token is None:
        return Fault.NOT_REMEMBERED
    if token.voucher != voucher:
        return Fault.OTHER_VOUCHER
    # The county made it, so whoever sees it before its time has a clock that is behind: no more than clocks may be.
    if at + policy.skew < token.not_before:
        return Fault.TOO_EARLY
    if at >= token.expires_at:
        return Fault.TOO_LATE
    if token.flags & ONLINE_ONLY or token.domain == 0:
        return Fault.ASK_ONLINE
    return Offer(
        holder=token.holder.compressed,
        campaign=token.campaign,
        terms_version=token.terms_version,
        domain=token.domain,
        face_fen=token.face_fen,
        use_from=min(token.not_before, at),
        expires_at=token.expires_at,
    )


def _offer_of_card(proof: CardProof, voucher: UUID, at: Instant, word: Instant, facts: DeviceFacts) -> Offer | Fault:
    known = facts.cards.get(proof.card_hash)
    if known is None or known.card.card != proof.card:
        return Fault.CARD_UNKNOWN
    if not known.card.is_home_at(facts.device):
        return Fault.CARD_NOT_AT_HOME
    if not known.card.not_before <= at < known.card.expires_at:
        return Fault.CARD_NOT_VALID
    if known.ended_at is not None and word >= known.ended_at:
        return Fault.CARD_NOT_VALID
    held = facts.vouchers.get(voucher)
    if held is None or held.resident != known.resident:
        return Fault.VOUCHER_NOT_THEIRS
    if held.domain == 0:
        return Fault.ASK_ONLINE
    return Offer(
        holder=known.resident.bytes,
        campaign=held.campaign,
        terms_version=held.terms_version,
        domain=held.domain,
        face_fen=held.face_fen,
        use_from=held.use_from,
        expires_at=held.expires_at,
    )


def is_signed_by_holder(claim: Claim, facts: DeviceFacts) -> bool:
    """Whether the holder's key signed what the event says of the code; a card's holder signs nothing."""
    proof = claim.body.proof
    if not isinstance(proof, HolderProof):
        return True
    asked = b""
    if proof.nonce is not None:
        if claim.body.amount_fen == 0:
            return False
        asked = CounterChallenge(
            county=facts.county, device=facts.device, nonce=proof.nonce, amount_fen=claim.body.amount_fen
        ).digest()
    message = holder_message(proof.token_hash, seconds_of(proof.time), proof.counter, asked)
    return facts.tokens[proof.token_hash].holder.verifies(proof.signature, message)


def is_fresh(claim: Claim, policy: OfflineLimits) -> bool:
    """Whether the code was drawn when the device took it; with a challenge its nonce says so."""
    proof = claim.body.proof
    if claim.body.mode is not Mode.ROTATING or not isinstance(proof, HolderProof):
        return True
    return abs(claim.t_dev - proof.time) <= policy.skew


def terms_fault(claim: Claim, facts: DeviceFacts) -> Fault | None:
    """Whether the voucher's terms give exactly that amount on that bill, at this counter, then.

    The merchant counts as it stood at the county's last word: what became of it since nobody there could know.
    """
    body, offer, counter = claim.body, claim.offer, facts.counter_at(claim.word)
    terms = facts.terms.get((offer.campaign, offer.terms_version, offer.domain))
    if counter is None or terms is None or offer.terms_version != body.terms_version:
        return Fault.TERMS_NOT_MET
    if terms.trade_in is not None:
        return Fault.ASK_ONLINE
    if body.eligible_fen > body.bill_fen:
        return Fault.TERMS_NOT_MET
    spendable = Spendable(
        state=VoucherState.ISSUED,
        terms=terms,
        face_fen=offer.face_fen,
        use_from=max(offer.use_from, terms.use_from) if terms.use_from else offer.use_from,
        expires_at=offer.expires_at,
    )
    bill = Bill(bill_fen=body.bill_fen, eligible_fen=body.eligible_fen)
    decided = decide_redemption(spendable, bill=bill, counter=counter, at=claim.at)
    if isinstance(decided, Refused):
        return Fault.TERMS_NOT_MET
    return None if decided.discount_fen == body.amount_fen else Fault.AMOUNT_DIFFERS
