"""What can be wrong with a claim that a counter took without a network? The words that its device is told."""

from enum import StrEnum
from typing import Final


class Fault(StrEnum):
    """Why a claim does not count as it was meant; the first one found, in this order, is told."""

    CHAIN_FORKED = "chain-forked"  # The journal has two events of this number, or of one before it.
    CHAIN_BROKEN = "chain-broken"  # It, or an event before it, does not name the event before.
    CHECKPOINT_LOST = "checkpoint-lost"  # The county was restored since and no longer knows that word of its own.
    CHECKPOINT_UNKNOWN = "checkpoint-unknown"  # The county never gave this device such a word.
    CHECKPOINT_WENT_BACK = "checkpoint-went-back"  # The device had a newer word before.
    DEVICE_NOT_ACTIVE = "device-not-active"  # At that word the device was waiting, suspended or revoked.
    DEVICE_WITHOUT_MERCHANT = "device-without-merchant"  # Whose claims would they be?
    POLICY_UNKNOWN = "policy-unknown"  # No policy in force by then has this number.
    CERTIFICATE_EXPIRED = "certificate-expired"  # No certificate of the device covers the time.
    OFFLINE_TOO_LONG = "offline-too-long"  # The hard limit since the county's last word was over.
    SNAPSHOT_UNKNOWN = "snapshot-unknown"  # No status list of this number was made by then.
    SNAPSHOT_TOO_OLD = "snapshot-too-old"  # The status list was older than the hard limit.
    OPERATOR_UNKNOWN = "operator-unknown"  # Nobody by this id worked there at that word.
    NOT_REMEMBERED = "token-unknown"  # The county remembers no token of this hash.
    OTHER_VOUCHER = "token-of-another-voucher"  # The token is good, the voucher named beside it another.
    TOO_EARLY = "token-not-yet-valid"  # The token began later.
    TOO_LATE = "token-expired"  # The token had ended, by the latest clock that the journal ever showed.
    CARD_UNKNOWN = "card-unknown"  # The county remembers no card of this hash and id.
    CARD_NOT_AT_HOME = "card-not-at-home"  # A paper card counts without a network at one device alone.
    CARD_NOT_VALID = "card-not-valid"  # Its time had not begun, was over, or it was called back.
    VOUCHER_NOT_THEIRS = "voucher-not-theirs"  # The card's owner has no such voucher.
    ASK_ONLINE = "ask-online"  # Vouchers of this kind are taken by the county alone.
    HOLDER_FORGED = "holder-forged"  # The holder's key did not sign this.
    COUNTER_REPLAYED = "counter-replayed"  # The device had a newer code of the same voucher before.
    CODE_NOT_FRESH = "code-not-fresh"  # The code's time and the device's stand too far apart.
    VOUCHER_UNUSABLE = "voucher-unusable"  # The device's own status list said that it cannot be used.
    VOUCHER_TWICE = "voucher-twice"  # The same device took it before.
    TERMS_NOT_MET = "terms-not-met"  # The voucher cannot be spent there, then, on this bill.
    AMOUNT_DIFFERS = "amount-differs"  # The terms give another amount on this bill.
    OVER_SCAN_LIMIT = "over-scan-limit"  # More than is believed for such a proof.
    OVER_HOLDER_DAY = "over-holder-day"  # More from one holder on one day than a device may take.
    OVER_CAP = "over-cap"  # More than the device may take in one episode.
    OVER_COUNT = "over-count"  # More claims than the device may take in one episode.
    OVER_ALLOWANCE = "over-allowance"  # More than was set aside for it from the campaign's pool.
    VOIDED = "voided"  # It was right, and its device took it back later.


FOR_REVIEW: Final = frozenset(
    {
        Fault.CHAIN_FORKED,
        Fault.CHAIN_BROKEN,
        Fault.CHECKPOINT_LOST,
        Fault.SNAPSHOT_UNKNOWN,
        Fault.OPERATOR_UNKNOWN,
        Fault.NOT_REMEMBERED,
        Fault.CARD_UNKNOWN,
    }
)
"""Faults that an honest device can have after the county or the device lost something: a person looks at them."""

BY_RECORDS: Final = frozenset(
    {
        Fault.POLICY_UNKNOWN,
        Fault.CARD_NOT_AT_HOME,
        Fault.VOUCHER_NOT_THEIRS,
        Fault.VOUCHER_UNUSABLE,
        Fault.OVER_CAP,
        Fault.OVER_COUNT,
        Fault.OVER_ALLOWANCE,
    }
)
"""Faults against records that the device fetched after the county's last word to it: a restore may have lost them, or
given their number to others. Then it is ``CHECKPOINT_LOST``.
"""
