"""What does a counter hand to the holder when it has taken a voucher without a network?

A receipt ``XR1`` is the signed word of a device: this event of mine took this voucher for this amount. The holder's
phone can carry it to the county as a second way home, if the device is lost before it syncs. Specification:
``fixtures/protocols/receipt/SPEC.md``; twins: ``pwa/src/kernel/receipt.ts``, ``merchant_tools/offline_codes.py``.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel import cbor
from backend.kernel.code_text import CodeFault, bytes_of_code, code_of_bytes
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import SIGNATURE_BYTES, PublicKey, SigningKey
from backend.kernel.trust import county_number, county_text, instant_of, seconds_of, uint

KIND: Final = "XR1"
HASH_BYTES: Final = 32
LONGEST_TEXT: Final = 384
_LIMIT = 2**32


class ReceiptReason(Reason):
    """Why a receipt is not believed; one line and one vector each."""

    NOT_A_RECEIPT = "not-a-receipt", 409, "这不是离线收据", "This is not an offline receipt"
    VERSION = "receipt-version-unsupported", 409, "收据版本较新，请更新本机", "The receipt is newer than this program"
    UNREADABLE = "receipt-unreadable", 409, "收据的码不完整，请再扫一次", "The receipt is damaged; scan it again"
    MALFORMED = "receipt-malformed", 409, "收据内容无法识别", "The receipt's content is not well formed"
    WRONG_COUNTY = "receipt-wrong-county", 409, "收据属于别的县", "The receipt is another county's"
    DEVICE_UNKNOWN = "receipt-device-unknown", 409, "出具收据的设备未登记", "No device of this id was ever enrolled"
    FORGED = "receipt-forged", 409, "收据的签名不对", "The device's signature does not match"


_FAULTS = {
    CodeFault.ANOTHER_KIND: ReceiptReason.NOT_A_RECEIPT,
    CodeFault.ANOTHER_VERSION: ReceiptReason.VERSION,
    CodeFault.UNREADABLE: ReceiptReason.UNREADABLE,
}


class Receipt(Struct, frozen=True, kw_only=True):
    """What a receipt says; ``event_hash`` is the identity of the event that it stands for."""

    county: str
    device: UUID
    seq: int
    event_hash: bytes
    voucher: UUID
    amount_fen: int
    time: Instant
    """The event's device time, whole seconds."""


class ReadReceipt(Struct, frozen=True):
    """A receipt taken apart, not yet believed: a phone that knows no device's key keeps and carries it as it is."""

    receipt: Receipt
    content: bytes
    signature: bytes


def issue_receipt(receipt: Receipt, *, device: SigningKey) -> str:
    """The text on the counter's screen. Raises ``ValueError`` for a receipt that nobody would read."""
    content = cbor.encode(
        [
            KIND,
            county_number(receipt.county),
            receipt.device.bytes,
            receipt.seq,
            receipt.event_hash,
            receipt.voucher.bytes,
            receipt.amount_fen,
            seconds_of(receipt.time),
        ]
    )
    _receipt_of(cbor.decode(content))
    return code_of_bytes(KIND, cbor.encode([content, device.sign(content)]))


def read_receipt(text: str, *, county: str) -> ReadReceipt | Refused[ReceiptReason]:
    """Take a receipt apart, or the first reason why it is none of this county."""
    data = bytes_of_code(text, KIND, longest=LONGEST_TEXT)
    if isinstance(data, CodeFault):
        return Refused(_FAULTS[data])
    try:
        match cbor.decode(data):
            case [bytes(content), bytes(signature)] if len(signature) == SIGNATURE_BYTES:
                value = cbor.decode(content)
            case _:
                return Refused(ReceiptReason.MALFORMED)
    except cbor.CborProblem:
        return Refused(ReceiptReason.UNREADABLE)
    try:
        receipt = _receipt_of(value)
    except ValueError as problem:
        return Refused(ReceiptReason.MALFORMED, str(problem))
    if receipt.county != county:
        return Refused(ReceiptReason.WRONG_COUNTY)
    return ReadReceipt(receipt, content, signature)


def verify_receipt(text: str, *, county: str, devices: Mapping[UUID, PublicKey]) -> Receipt | Refused[ReceiptReason]:
    """The receipt, if the device that it names signed it; ``devices`` are the keys of all that were ever enrolled."""
    read = read_receipt(text, county=county)
    if isinstance(read, Refused):
        return read
    key = devices.get(read.receipt.device)
    if key is None:
        return Refused(ReceiptReason.DEVICE_UNKNOWN)
    if not key.verifies(read.signature, read.content):
        return Refused(ReceiptReason.FORGED)
    return read.receipt


def _receipt_of(value: cbor.CborValue) -> Receipt:
    match value:
        case ["XR1", number, bytes(device), seq, bytes(event), bytes(voucher), amount, time]:
            if len(device) != 16 or len(voucher) != 16 or len(event) != HASH_BYTES:
                raise ValueError("device and voucher have 16 bytes and an event's hash 32")
            if uint(seq, _LIMIT) == 0 or uint(amount, _LIMIT) == 0:
                raise ValueError("numbers of events begin at 1, and nothing is taken for nothing")
            return Receipt(
                county=county_text(number),
                device=UUID(bytes=device),
                seq=uint(seq, _LIMIT),
                event_hash=event,
                voucher=UUID(bytes=voucher),
                amount_fen=uint(amount, _LIMIT),
                time=instant_of(time),
            )
    raise ValueError("not the eight items of a receipt")
