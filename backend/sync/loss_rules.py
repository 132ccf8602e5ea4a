"""Which claims that broke a rule may still be paid while nobody else used their voucher?

Pure; county rule 7 of ``offline-protocol.md``: "Non-compliant claims are the merchant's loss unless the voucher is
otherwise unspent." Decision 0086 says why each word stands where it stands.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from backend.kernel.instants import Instant
from backend.kernel.trust import instant_of
from backend.sync.answer_rules import ResultCode
from backend.sync.body_rules import HolderProof, Redeem
from backend.sync.event_rules import SignedEvent, body_of
from backend.sync.fact_rules import DeviceFacts
from backend.sync.fault_rules import Fault
from backend.sync.limits_rules import OfflineLimits
from backend.sync.log_rules import Judged
from backend.sync.proof_rules import Claim, Offer, is_signed_by_holder, offer_of
from backend.vouchers.offline_rules import OfflineReason
from backend.vouchers.rules import RedemptionReason

CARELESS: Final = frozenset(
    {
        Fault.POLICY_UNKNOWN,
        Fault.CERTIFICATE_EXPIRED,
        Fault.OFFLINE_TOO_LONG,
        Fault.SNAPSHOT_TOO_OLD,
        Fault.TOO_EARLY,
        Fault.TOO_LATE,
        Fault.CODE_NOT_FRESH,
        Fault.AMOUNT_DIFFERS,
        Fault.OVER_SCAN_LIMIT,
        Fault.OVER_HOLDER_DAY,
        Fault.OVER_CAP,
        Fault.OVER_COUNT,
        Fault.OVER_ALLOWANCE,
    }
)
"""Limits, and what an honest counter overlooks: the holder was there, and the county's money lies where it lay."""

DISTRUSTED: Final = frozenset(
    {
        Fault.CHECKPOINT_UNKNOWN,
        Fault.CHECKPOINT_WENT_BACK,
        Fault.DEVICE_NOT_ACTIVE,
        Fault.DEVICE_WITHOUT_MERCHANT,
        Fault.OTHER_VOUCHER,
        Fault.CARD_NOT_AT_HOME,
        Fault.CARD_NOT_VALID,
        Fault.VOUCHER_NOT_THEIRS,
        Fault.ASK_ONLINE,
        Fault.HOLDER_FORGED,
        Fault.COUNTER_REPLAYED,
        Fault.VOUCHER_UNUSABLE,
        Fault.VOUCHER_TWICE,
        Fault.TERMS_NOT_MET,
        Fault.VOIDED,
    }
)
"""Nothing proves that the holder gave this voucher there, or the county had said no, or it was taken back."""

REFUSED_THEN: Final = frozenset(
    {OfflineReason.BEYOND_ALLOWANCE, RedemptionReason.MERCHANT_SUSPENDED, RedemptionReason.HELD}
)
"""Claims that kept to the rules and found no money, a suspended merchant or a voucher in a basket: asked anew."""

PAYABLE_WORDS: Final = frozenset({str(one.value) for one in CARELESS | REFUSED_THEN})
"""Under which words such claims are stored."""


def may_be_paid(judged: Judged) -> bool:
    """Whether a claim was refused for nothing worse than a limit or carelessness."""
    return judged.code is ResultCode.NONCOMPLIANT and judged.reason in PAYABLE_WORDS


def is_distrusted(judged: Judged) -> bool:
    """Whether a claim was refused for something that no unspent voucher makes good."""
    return judged.code is ResultCode.NONCOMPLIANT and judged.reason in DISTRUSTED


def unproven(
    signed: SignedEvent, earlier: Iterable[SignedEvent], facts: DeviceFacts, policy: OfflineLimits
) -> Fault | None:
    """What is wrong with a claim beside limits, or ``None``.

    The first fault is told, so a claim that came too late was never looked at further: its token, its holder's
    signature and the holder's counter are held against the county's records here, as of any other claim.
    ``earlier`` are the journal's events before it.
    """
    before, event, body = list(earlier), signed.event, body_of(signed.event)
    assert isinstance(body, Redeem), "only claims are proven"
    word = facts.checkpoints.get(event.checkpoint.no)
    if word is None:
        return Fault.CHECKPOINT_LOST
    at = _latest([*before, signed])
    offer = offer_of(body, _within(body, at, facts), word, policy, facts)
    if isinstance(offer, Fault):
        return offer
    claim = Claim(seq=event.seq, hash=signed.hash, body=body, t_dev=event.t_dev, word=word, at=at, offer=offer)
    if not is_signed_by_holder(claim, facts):
        return Fault.HOLDER_FORGED
    return Fault.COUNTER_REPLAYED if _was_shown_before(body, offer, before, facts) else None


def _latest(journal: Iterable[SignedEvent]) -> Instant:
    """The latest instant that the journal shows since the county's newest word in it."""
    word = mark = instant_of(0)
    for signed in journal:
        if signed.event.checkpoint.time > word:
            word = mark = signed.event.checkpoint.time
        mark = max(mark, signed.event.t_dev)
    return mark


def _within(body: Redeem, at: datetime, facts: DeviceFacts) -> datetime:
    """The instant, moved into the time of the claim's token: being early or late is what is forgiven."""
    token = facts.tokens.get(body.proof.token_hash) if isinstance(body.proof, HolderProof) else None
    if token is None:
        return at
    return min(max(at, token.not_before), token.expires_at - timedelta(microseconds=1))


def _was_shown_before(body: Redeem, offer: Offer, before: Iterable[SignedEvent], facts: DeviceFacts) -> bool:
    """Whether this device had a code of the same holder and voucher with this counter or a later one."""
    if not isinstance(body.proof, HolderProof):
        return False
    for signed in before:
        other = body_of(signed.event)
        if not isinstance(other, Redeem) or not isinstance(other.proof, HolderProof) or other.voucher != body.voucher:
            continue
        token = facts.tokens.get(other.proof.token_hash)
        same = token is not None and token.holder.compressed == offer.holder
        if same and other.proof.counter >= body.proof.counter:
            return True
    return False
