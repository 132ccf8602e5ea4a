"""Is this the county's clearing file, unchanged, and do its sums add up?

Written from ``fixtures/protocols/clearing/SPEC.md`` alone. It reads both forms, JSON and CSV, and believes neither
before the signature of an issuer key of the county's trust list.
"""

import csv
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import groupby
from typing import Any

from merchant_tools.signed import NotOurForm, SignedObject, TrustList, is_county, is_signed_by, open_signed
from merchant_tools.text import from_base64url

MOST_FEN = 10**13
HEADER = (
    *("line", "merchant_id", "merchant_name", "campaign_id", "line_key", "payer"),
    *("kind", "act_id", "business_day", "amount_fen", "held"),
)
MEMBERS = set(HEADER[1:])
RANGES = {"redemption": (1, MOST_FEN), "refund": (-MOST_FEN, -1), "incident": (-MOST_FEN, MOST_FEN)}
ORDER = ("merchant_id", "campaign_id", "line_key", "payer", "kind", "act_id")
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
COUNTY_OFFSET = timedelta(hours=8)

Item = dict[str, Any]


@dataclass(frozen=True)
class Clearing:
    """A clearing file that was believed."""

    county: str
    day: date
    demonstration: bool
    items: list[Item]
    total_fen: int
    held_fen: int


def read_clearing_json(data: bytes, *, trust: TrustList) -> Clearing:
    """The file in these JSON bytes. Raises ``NotOurForm`` with the first reason of the specification."""
    try:
        document = json.loads(data)
        signature = document.pop("signature", "") if isinstance(document, dict) else ""
        with_signature = document | {"signature": signature} if signature else document
        same_form = _canonical(with_signature) == data
        well_formed = same_form and _is_document(document)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        well_formed = False
    if not well_formed:
        raise NotOurForm("clearing-malformed")
    signed = _signed(signature)
    word = [*_facts(document["county"], document["day"], document["demonstration"], document["items"])]
    _believe(signed, trust, document["county"], date.fromisoformat(document["day"]))
    if signed.items[:7] != word or signed.items[7] != hashlib.sha256(_canonical(document)).digest():
        raise NotOurForm("clearing-forged")
    return _clearing(signed, document["items"])


def read_clearing_csv(data: bytes, *, signature: str, trust: TrustList) -> Clearing:
    """The file in these CSV bytes, with the signature of its JSON twin. Raises ``NotOurForm``."""
    try:
        items = _items_of_csv(data)
        well_formed = _csv_of(items) == data and _are_items(items)
    except (ValueError, TypeError, KeyError, csv.Error):
        well_formed = False
    if not well_formed:
        raise NotOurForm("clearing-malformed")
    signed = _signed(signature)
    county, day, flags = signed.items[1:4]
    _believe(signed, trust, str(county), _day(day))
    word = [*_facts(str(county), _day(day).isoformat(), bool(flags), items)]
    if signed.items[:7] != word or signed.items[8] != hashlib.sha256(data).digest():
        raise NotOurForm("clearing-forged")
    return _clearing(signed, items)


def _is_document(document: Item) -> bool:
    items = document["items"]
    known = {"form", "county", "day", "demonstration", "lines", "items", "merchants", "total_fen", "held_fen"}
    return (
        set(document) == known
        and document["form"] == "XC1"
        and re.fullmatch("[1-9][0-9]{5}", document["county"]) is not None
        and _is_day(document["day"])
        and isinstance(document["demonstration"], bool)
        and isinstance(items, list)
        and _are_items(items)
        and document["merchants"] == _merchants(items)
        and (document["lines"], document["total_fen"], document["held_fen"]) == (len(items), *_sums(items))
    )


def _are_items(items: Sequence[Item]) -> bool:
    once = {(item["kind"], item["act_id"], item["payer"], item["line_key"]) for item in items}
    names = {(item["merchant_id"], item["merchant_name"]) for item in items}
    return (
        all(map(_is_item, items))
        and len(once) == len(items)
        and len(names) == len({merchant for merchant, _ in names})
        and list(items) == sorted(items, key=lambda item: [item[name] for name in ORDER])
    )


def _is_item(item: Item) -> bool:
    least, most = RANGES[item["kind"]]
    amount = item["amount_fen"]
    return (
        set(item) == MEMBERS
        and all(UUID.fullmatch(item[name]) for name in ("merchant_id", "campaign_id", "act_id"))
        and item["payer"] in ("government", "platform")
        and not CONTROL.search(item["merchant_name"] + item["line_key"])
        and _is_day(item["business_day"])
        and isinstance(item["held"], bool)
        and type(amount) is int
        and least <= amount <= most
        and amount != 0
    )


def _is_day(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None and date.fromisoformat(text) is not None


def _sums(items: Sequence[Item]) -> tuple[int, int]:
    return sum(i["amount_fen"] for i in items), sum(i["amount_fen"] for i in items if i["held"])


def _merchants(items: Sequence[Item]) -> list[Item]:
    totals = []
    for (merchant, name), group in groupby(items, key=lambda item: (item["merchant_id"], item["merchant_name"])):
        own = list(group)
        amount, held = _sums(own)
        totals.append(
            {"merchant_id": merchant, "merchant_name": name, "lines": len(own), "amount_fen": amount, "held_fen": held}
        )
    return totals


def _canonical(value: Item) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _items_of_csv(data: bytes) -> list[Item]:
    rows = list(csv.reader(StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    if not rows or tuple(rows[0]) != HEADER:
        raise ValueError("another header")
    return [_item_of_row(row) for row in rows[1:]]


def _item_of_row(row: list[str]) -> Item:
    item: Item = dict(zip(HEADER[1:], row[1:], strict=True))
    for name in ("merchant_name", "line_key"):
        item[name] = item[name].removeprefix("'")
    item["amount_fen"] = int(item["amount_fen"])
    item["held"] = {"true": True, "false": False}[item["held"]]
    return item


def _csv_of(items: Sequence[Item]) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for number, item in enumerate(items, 1):
        cells = item | {name: _guarded(item[name]) for name in ("merchant_name", "line_key")}
        cells["held"] = "true" if item["held"] else "false"
        writer.writerow([number, *(cells[name] for name in HEADER[1:])])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULAS) else text


def _signed(signature: str) -> SignedObject:
    try:
        signed = open_signed(from_base64url(signature))
        kind, county, day, flags, lines, total, held, json_hash, csv_hash = signed.items
        numbers = all(type(number) is int for number in (day, flags, lines, total, held))
        hashes = all(isinstance(each, bytes) and len(each) == 32 for each in (json_hash, csv_hash))
        good = kind == "XC1" and is_county(county) and numbers and hashes and flags in (0, 1) and _day(day) is not None
    except (NotOurForm, ValueError, TypeError):
        good = False
    if not good:
        raise NotOurForm("clearing-unsigned")
    return signed


def _day(number: int) -> date:
    return date(number // 10_000, number // 100 % 100, number % 100)


def _believe(signed: SignedObject, trust: TrustList, county: str, day: date) -> None:
    if county != trust.county:
        raise NotOurForm("clearing-wrong-county")
    key = trust.keys.get(signed.kid)
    begins = (datetime(day.year, day.month, day.day, tzinfo=UTC) - COUNTY_OFFSET).timestamp()
    if key is None or not key.not_before <= begins < key.not_after:
        raise NotOurForm("clearing-forged")
    if not is_signed_by(key.point, signed.signature, signed.message):
        raise NotOurForm("clearing-forged")


def _facts(county: str, day: str, demonstration: bool, items: Sequence[Item]) -> list[Any]:
    return ["XC1", int(county), int(day.replace("-", "")), int(demonstration), len(items), *_sums(items)]


def _clearing(signed: SignedObject, items: list[Item]) -> Clearing:
    _, county, day, flags, _, total, held, *_ = signed.items
    return Clearing(str(county), _day(day), flags == 1, items, total, held)
