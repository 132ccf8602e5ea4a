"""Vectors of ``fixtures/protocols/clearing``: files that are believed, and files that are not."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from backend.kernel import cbor, cose
from backend.kernel.signing import SigningKey, from_base64url, to_base64url
from backend.settlement.papers.clearing import (
    ClearingFile,
    ClearingItem,
    canonical_csv,
    canonical_json,
    clearing_of,
    signed_clearing,
)
from tests.protocols.known_keys import COUNTY, ISSUER, ISSUER_KID, NEXT_ISSUER, NEXT_KID, STRANGER

DAY = date(2026, 10, 8)
"""The first working day after a holiday."""

CAMPAIGN = UUID("01999999-0000-7000-8000-0000000000c1")
NOODLES = UUID("01999999-0000-7000-8000-0000000000a1")
TEA = UUID("01999999-0000-7000-8000-0000000000a2")
NAMES = {NOODLES: '=Lao "Jie", 筠连老街面馆', TEA: "红春茶行"}


def item(no: int, amount_fen: int, *, merchant: UUID = TEA, **changes: Any) -> ClearingItem:
    """A redemption on the first day of the holiday, unless said otherwise."""
    values: dict[str, Any] = {
        "merchant_id": merchant,
        "merchant_name": NAMES[merchant],
        "campaign_id": CAMPAIGN,
        "payer": "government",
        "line_key": "catering",
        "kind": "redemption",
        "act_id": UUID(int=0x01999999_0000_7000_8000_000000000100 + no),
        "business_day": date(2026, 10, 1),
        "amount_fen": amount_fen,
        "held": False,
    }
    return ClearingItem(**values | changes)


def holiday() -> ClearingFile:
    """Two merchants, two payers, a late refund, a part that is held, and an incident."""
    return clearing_of(
        COUNTY,
        DAY,
        [
            item(4, -1250, kind="refund", business_day=date(2026, 9, 29)),
            item(1, 5000, merchant=NOODLES),
            item(1, 1500, merchant=NOODLES, payer="platform"),
            item(2, 3333, held=True),
            item(3, 1),
            item(5, -40, kind="incident", line_key="-差错"),
        ],
        demonstration=True,
    )


def signed(file: ClearingFile) -> ClearingFile:
    """The file with the issuer's signature."""
    return signed_clearing(file, key=ISSUER, kid=ISSUER_KID)


def vectors() -> list[dict[str, Any]]:
    """All cases, in the order of the specification."""
    empty = clearing_of(COUNTY, DAY, [], demonstration=False)
    back = clearing_of(COUNTY, DAY, [item(4, -1250, kind="refund")], demonstration=False)
    return [*map(_believed, (holiday(), empty, back)), *_refused_json(), *_refused_csv()]


def _believed(file: ClearingFile) -> dict[str, Any]:
    whole = signed(file)
    return {
        "op": "clearing",
        "case": "C4",
        "json": canonical_json(whole).hex(),
        "csv": canonical_csv(file).hex(),
        "signature": whole.signature,
        "expect": {
            "county": file.county,
            "day": file.day.isoformat(),
            "demonstration": file.demonstration,
            "lines": file.lines,
            "total_fen": file.total_fen,
            "held_fen": file.held_fen,
        },
    }


def _document(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(canonical_json(signed(holiday())))
    return document | changes


def _with_item(no: int, **changes: Any) -> dict[str, Any]:
    items = _document()["items"]
    return _document(items=[*items[:no], items[no] | changes, *items[no + 1 :]])


def _renamed() -> dict[str, Any]:
    """Another merchant's name, consistently."""
    document: dict[str, Any] = json.loads(_compact(_document()).replace("红春茶行", "红春茶庄"))
    return document


def _shifted() -> dict[str, Any]:
    """Ten fen from one act to another of the same merchant: every sum stays."""
    first, second = (_document()["items"][no] for no in (2, 4))
    document = _with_item(2, amount_fen=first["amount_fen"] - 10)
    document["items"][4] = second | {"amount_fen": second["amount_fen"] + 10}
    return document


def _compact(document: Any) -> str:
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _word_signed(*, key: SigningKey = ISSUER, kid: bytes = ISSUER_KID, **changes: cbor.CborValue) -> str:
    """A good signature over another word, or by another key."""
    whole = signed(holiday())
    assert isinstance(whole.signature, str)
    word = [*cose.open1(from_base64url(whole.signature)).items]
    for name, value in changes.items():
        word[int(name[1:])] = value
    return to_base64url(cose.sign1(word, key=key, kid=kid))


def _refused_json() -> list[dict[str, Any]]:
    whole = _document()
    swapped = [*reversed(whole["items"])]
    malformed = {
        "not JSON": "{",
        "an array": "[]",
        "the same content with spaces": json.dumps(whole, sort_keys=True, ensure_ascii=False),
        "the same content, escaped": json.dumps(whole, sort_keys=True, separators=(",", ":")),
        "an unknown member": _compact(whole | {"note": ""}),
        "a member is missing": _compact({name: value for name, value in whole.items() if name != "lines"}),
        "a total that does not add up": _compact(whole | {"total_fen": whole["total_fen"] + 1}),
        "a merchant's sum that does not add up": _compact(whole | {"merchants": whole["merchants"][:1]}),
        "another order": _compact(whole | {"items": swapped}),
        "an act twice": _compact(whole | {"items": [whole["items"][0], *whole["items"]]}),
        "a refund that gives money": _compact(_with_item(5, amount_fen=1250)),
        "an amount that is no integer": _compact(whole).replace("3333", "3333.0"),
        "a name over two lines": _compact(whole).replace("红春茶行", "红春\\n茶行"),
        "held is a number": _compact(_with_item(2, held=0)),
        "a day that does not exist": _compact(whole | {"day": "2026-02-30"}),
        "another form": _compact(whole | {"form": "XC2"}),
        "a UUID in capitals": _compact(_with_item(0, campaign_id=str(CAMPAIGN).upper())),
    }
    doubted = {
        "no signature": ("unsigned", {name: value for name, value in whole.items() if name != "signature"}),
        "a signature of another form": ("unsigned", whole | {"signature": "AAAA"}),
        "a signed object of another kind": ("unsigned", whole | {"signature": _word_signed(i0="XT1")}),
        "another county's file": ("wrong-county", whole | {"county": "511528"}),
        "a stranger's key": ("forged", whole | {"signature": _word_signed(key=STRANGER)}),
        "an unknown key": ("forged", whole | {"signature": _word_signed(key=STRANGER, kid=b"\x01")}),
        "a key that does not serve yet": ("forged", whole | {"signature": _word_signed(key=NEXT_ISSUER, kid=NEXT_KID)}),
        "another name": ("forged", _renamed()),
        "another day": ("forged", whole | {"day": "2026-10-09"}),
        "money moved from act to act": ("forged", _shifted()),
        "demonstration made real": ("forged", whole | {"demonstration": False}),
        "signed for another total": ("forged", whole | {"signature": _word_signed(i5=1)}),
    }
    found = [("malformed", why, text) for why, text in malformed.items()]
    found += [(reason, why, _compact(document)) for why, (reason, document) in doubted.items()]
    return [
        {"op": "json-refused", "case": "C9", "json": text.encode().hex(), "reason": f"clearing-{reason}", "why": why}
        for reason, why, text in found
    ]


def _refused_csv() -> list[dict[str, Any]]:
    whole = signed(holiday())
    text = canonical_csv(whole).decode()
    cases = {
        "without the mark": ("malformed", text[1:], whole.signature),
        "lines end in LF": ("malformed", text.replace("\r\n", "\n"), whole.signature),
        "another header": ("malformed", text.replace("held\r", "kept\r", 1), whole.signature),
        "no header": ("malformed", "\ufeff", whole.signature),
        "a wrong number of a line": ("malformed", text.replace("\n2,", "\n7,"), whole.signature),
        "a name that begins a formula": ("malformed", text.replace("\"'=", '"='), whole.signature),
        "quotes where none are needed": ("malformed", text.replace("红春茶行", '"红春茶行"'), whole.signature),
        "a cell too many": ("malformed", text.replace("false\r", "false,\r", 1), whole.signature),
        "no signature": ("unsigned", text, ""),
        "another name": ("forged", text.replace("红春茶行", "红春茶庄"), whole.signature),
        "a line is missing": ("forged", text[: text.index("\n6,") + 1], whole.signature),
        "signed for another county": ("wrong-county", text, _word_signed(i1=511528)),
        "signed for another day": ("forged", text, _word_signed(i2=20261009, i8=b"\0" * 32)),
    }
    return [
        {
            "op": "csv-refused",
            "case": "C9",
            "csv": given.encode().hex(),
            "signature": signature,
            "reason": f"clearing-{reason}",
            "why": why,
        }
        for why, (reason, given, signature) in cases.items()
    ]
