"""Vectors of ``fixtures/protocols/receipt``: what a device signs for the holder, and what is no receipt."""

import hashlib
from collections.abc import Iterator
from typing import Any

from backend.kernel import base45, cbor
from backend.kernel.receipts import Receipt, issue_receipt
from backend.kernel.receipts import ReceiptReason as Reason
from backend.kernel.signing import SigningKey, der_of_raw
from backend.kernel.trust import seconds_of
from tests.protocols.known_keys import (
    AT,
    COUNTER,
    COUNTY,
    DEVICE,
    OTHER_COUNTER,
    OTHER_COUNTY,
    OTHER_DEVICE,
    RESIDENT,
    STRANGER,
    VOUCHER,
    high_s,
    other_half,
)

EVENT = hashlib.sha256(b"an event of a test counter").digest()
Case = tuple[Reason | None, str, str]


def vectors() -> list[dict[str, Any]]:
    """All cases: the devices that were ever enrolled, then receipts in the order of the checks."""
    keys = {str(DEVICE): COUNTER, str(OTHER_DEVICE): OTHER_COUNTER}
    enrolled = {name: key.public.compressed.hex() for name, key in keys.items()}
    cases = [_written(case) for case in [*_texts(), *_contents(), *_signers()]]
    return [{"op": "devices", "case": "Q1", "keys": enrolled}, *_believed(), *cases]


def _written(case: Case) -> dict[str, Any]:
    reason, why, text = case
    assert reason is not None
    number = list(Reason).index(reason) + 5
    return {
        "op": "receipt-refused",
        "case": f"Q{number}",
        "why": why,
        "county": COUNTY,
        "text": text,
        "reason": reason.value,
    }


def receipt(**changes: Any) -> Receipt:
    """A receipt for 20 yuan of the device's third event."""
    given: dict[str, Any] = {"county": COUNTY, "device": DEVICE, "seq": 3, "event_hash": EVENT, "voucher": VOUCHER}
    return Receipt(**(given | {"amount_fen": 2000, "time": AT} | changes))


def _believed() -> Iterator[dict[str, Any]]:
    data = base45.decode(issue_receipt(receipt(), device=COUNTER)[4:])
    for why, given, text in [
        ("the device's word", receipt(), issue_receipt(receipt(), device=COUNTER)),
        ("its first event and one fen", first := receipt(seq=1, amount_fen=1), issue_receipt(first, device=COUNTER)),
        (
            "the largest numbers",
            top := receipt(seq=2**32 - 1, amount_fen=2**32 - 1),
            issue_receipt(top, device=COUNTER),
        ),
        ("event 255", one := receipt(seq=255, amount_fen=255), issue_receipt(one, device=COUNTER)),
        ("event 256", two := receipt(seq=256, amount_fen=256), issue_receipt(two, device=COUNTER)),
        ("event 65 535", big := receipt(seq=65_535, amount_fen=65_535), issue_receipt(big, device=COUNTER)),
        ("a scanner added a line end", receipt(), issue_receipt(receipt(), device=COUNTER) + "\r\n"),
        ("the device's s in the upper half", receipt(), _text(data[:-64] + high_s(data[-64:]))),
        ("the device's s in the lower half", receipt(), _text(data[:-64] + other_half(high_s(data[-64:])))),
        ("another device's", his := receipt(device=OTHER_DEVICE), issue_receipt(his, device=OTHER_COUNTER)),
    ]:
        expect = {
            "device": str(given.device),
            "seq": given.seq,
            "event_hash": given.event_hash.hex(),
            "voucher": str(given.voucher),
            "amount_fen": given.amount_fen,
            "time": seconds_of(given.time),
        }
        yield {"op": "receipt", "case": "Q4", "why": why, "county": COUNTY, "text": text, "expect": expect}


def _text(data: bytes) -> str:
    return "XR1:" + base45.encode(data)


def _signed(content: bytes, key: SigningKey = COUNTER) -> str:
    return _text(cbor.encode([content, key.sign(content)]))


def _items() -> list[cbor.CborValue]:
    return ["XR1", int(COUNTY), DEVICE.bytes, 3, EVENT, VOUCHER.bytes, 2000, seconds_of(AT)]


def _texts() -> Iterator[Case]:
    good = issue_receipt(receipt(), device=COUNTER)
    data = base45.decode(good[4:])
    content = cbor.encode(_items())
    signature = data[-64:]
    assert good == _signed(content)
    longer = b"\x98\x08" + content[1:]
    yield from [
        (Reason.NOT_A_RECEIPT, "nothing", ""),
        (Reason.NOT_A_RECEIPT, "a voucher code", "XV1:" + good[4:]),
        (Reason.NOT_A_RECEIPT, "lower case", good.lower()),
        (Reason.VERSION, "the next version", "XR2:" + good[4:]),
        (Reason.UNREADABLE, "nothing after the prefix", "XR1:"),
        (Reason.UNREADABLE, "cut off", _text(data[:-1])),
        (Reason.UNREADABLE, "a byte after the end", _text(data + b"\x00")),
        (Reason.UNREADABLE, "longer than any receipt", good + "0" * 300),
        (Reason.UNREADABLE, "a longer head than needed outside", _text(b"\x98\x02" + data[1:])),
        (Reason.UNREADABLE, "a longer head than needed inside, well signed", _signed(longer)),
        (Reason.UNREADABLE, "a byte after the content, well signed", _signed(content + b"\x00")),
        (Reason.MALFORMED, "the content alone", _text(content)),
        (Reason.MALFORMED, "three parts", _text(cbor.encode([content, signature, b""]))),
        (Reason.MALFORMED, "a content that is not in bytes", _text(cbor.encode([_items(), signature]))),
        (Reason.MALFORMED, "DER instead of raw", _text(cbor.encode([content, der_of_raw(signature)]))),
        (Reason.MALFORMED, "a signature of 63 bytes", _text(cbor.encode([content, signature[:-1]]))),
    ]


def _contents() -> Iterator[Case]:
    good = _items()
    yield Reason.MALFORMED, "seven items", _signed(cbor.encode(good[:-1]))
    yield Reason.MALFORMED, "nine items", _signed(cbor.encode([*good, 0]))
    spoilt: dict[str, tuple[int, cbor.CborValue]] = {
        "an event's kind": (0, "XE1"),
        "a county of five figures": (1, 51152),
        "a device of 15 bytes": (2, bytes(15)),
        "the number nothing": (3, 0),
        "a number of 33 bits": (3, 2**32),
        "a hash of 31 bytes": (4, EVENT[:-1]),
        "a hash of 33 bytes": (4, EVENT + b"\x00"),
        "a voucher as text": (5, str(VOUCHER)),
        "nothing taken": (6, 0),
        "less than nothing taken": (6, -1),
        "an amount that is true": (6, True),
        "a time that is null": (7, None),
        "a time in the year 2242": (7, 2**33),
    }
    for why, (place, value) in spoilt.items():
        yield Reason.MALFORMED, why, _signed(cbor.encode([*good[:place], value, *good[place + 1 :]]))


def _signers() -> Iterator[Case]:
    good, content = _items(), cbor.encode(_items())
    data = base45.decode(issue_receipt(receipt(), device=COUNTER)[4:])
    yield Reason.WRONG_COUNTY, "another county's", issue_receipt(receipt(county=OTHER_COUNTY), device=COUNTER)
    yield Reason.DEVICE_UNKNOWN, "never enrolled", issue_receipt(receipt(device=RESIDENT), device=STRANGER)
    for why, text in {
        "a stranger's signature": issue_receipt(receipt(), device=STRANGER),
        "another enrolled device's signature": issue_receipt(receipt(), device=OTHER_COUNTER),
        "a larger amount": _text(cbor.encode([cbor.encode([*good[:6], 9000, good[7]]), COUNTER.sign(content)])),
        "another event": _text(cbor.encode([cbor.encode([*good[:4], bytes(32), *good[5:]]), COUNTER.sign(content)])),
        "a signature over the hash instead": _text(
            cbor.encode([content, COUNTER.sign(hashlib.sha256(content).digest())])
        ),
        "a bit of the signature changed": _text(data[:-1] + bytes([data[-1] ^ 1])),
        "a signature of zeros": _text(data[:-64] + bytes(64)),
    }.items():
        yield Reason.FORGED, why, text
