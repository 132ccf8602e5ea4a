"""What somebody outside makes of the county's files, with public packages alone: none of our readers, none of our keys.

A bank and an acquirer that keep books of their own and tell of them in their own forms, and an auditor who reads
clearing files.
"""

import csv
import hashlib
import json
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from msgspec import Struct
from openpyxl import Workbook, load_workbook

ANSWERS = {
    "payout-rural-bank-gbk": "results-rural-bank-gbk",
    "payout-state-bank-xlsx": "results-state-bank-xlsx",
    "payout-institution-csv": "results-institution-csv",
}
"""The form in which each bank answers."""


class Order(Struct, frozen=True, kw_only=True):
    """One payment that a file orders."""

    reference: str
    account: str
    holder: str
    fen: int


def signed_by(key_hex: str, signature: str) -> list[Any]:
    """What this key has signed; ``InvalidSignature`` if it has not. The object is a COSE_Sign1 (RFC 9052)."""
    protected, _, payload, raw = cbor2.loads(urlsafe_b64decode(signature + "=" * (-len(signature) % 4)))
    message = cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes.fromhex(key_hex))
    whole = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(whole, message, ec.ECDSA(hashes.SHA256()))
    items: list[Any] = cbor2.loads(payload)
    return items


def checked_clearing(file: bytes, table: bytes, key_hex: str) -> list[dict[str, str]]:
    """The lines of a day's file in both its forms, which say the same, add up, and are what the key has signed."""
    told = json.loads(file)
    items = signed_by(key_hex, told.pop("signature"))
    bare = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    digests = [hashlib.sha256(form).digest() for form in (bare, table)]
    county, day = int(told["county"]), int(told["day"].replace("-", ""))
    assert items == ["XC1", county, day, 1, told["lines"], told["total_fen"], told["held_fen"], *digests]
    lines = list(csv.DictReader(StringIO(table.decode("utf-8-sig"), newline="")))
    for line, item in zip(lines, told["items"], strict=True):
        assert {name: line[name] for name in item} == {name: _as_text(value) for name, value in item.items()}
    assert sum(int(line["amount_fen"]) for line in lines) == told["total_fen"]
    assert sum(int(line["amount_fen"]) for line in lines if line["held"] == "true") == told["held_fen"]
    for merchant in told["merchants"]:
        own = [line for line in lines if line["merchant_id"] == merchant["merchant_id"]]
        assert (merchant["lines"], merchant["amount_fen"]) == (len(own), sum(int(one["amount_fen"]) for one in own))
    return lines


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class Bank:
    """Pays what a file orders unless it is told to refuse an account; ``paid`` are its own books."""

    def __init__(self) -> None:
        self.paid: Counter[str] = Counter()
        self.serial = 0

    def serve(self, template: str, file: bytes, refused: Collection[str] = ()) -> tuple[list[Order], bytes]:
        """What was ordered, and the bank's answer to it."""
        orders = READERS[template](file)
        told = []
        for order in orders:
            self.serial += 1
            if good := order.account not in refused:
                self.paid[order.account] += order.fen
            told.append((order, good, f"Y{self.serial:08d}"))
        return orders, WRITERS[template](told)


class Acquirer:
    """Whose terminals take what a voucher leaves of a bill; tells of it day by day, in a sheet of its own form."""

    def __init__(self) -> None:
        self.serial = 0
        self.untold: list[tuple[str, datetime, str, int]] = []

    def pay(self, fen: int, at: datetime) -> str:
        """A customer pays; returns the number that the terminal prints."""
        self.serial += 1
        order_no = f"4200 0026 {self.serial:08d}"
        self.untold.append((order_no, at, "扫码支付", fen))
        return order_no

    def give_back(self, order_no: str, fen: int, at: datetime) -> None:
        """A part of a payment goes back to the customer."""
        self.untold.append((order_no, at, "扫码退款", fen))

    def statement(self) -> bytes:
        """Everything since the last one. Numbers stand in it without the spaces that the terminal prints."""
        book = Workbook()
        page = book.worksheets[0]
        page.append(["演示收单机构 商户交易明细"])
        page.append(["商户编号", "终端号", "交易日期", "交易时间", "交易类型", "交易金额", "商户订单号", "手续费"])
        for order_no, at, kind, fen in self.untold:
            local = at.astimezone(timezone(timedelta(hours=8)))
            when = [f"{local:%Y-%m-%d}", f"{local:%H:%M:%S}"]
            page.append(["M001", "T01", *when, kind, fen / 100, order_no.replace(" ", ""), 0.38])
        page.append(["合计", len(self.untold), "", "", "", sum(row[3] for row in self.untold) / 100])
        self.untold = []
        out = BytesIO()
        book.save(out)
        return out.getvalue()


Told = list[tuple[Order, bool, str]]


def _yuan(text: object) -> int:
    return int(Decimal(str(text)) * 100)


def _read_rural(file: bytes) -> list[Order]:
    *rows, totals = csv.reader(StringIO(file.decode("gbk"), newline=""))
    head, *lines = rows
    found = [dict(zip(head, line, strict=True)) for line in lines]
    orders = [
        Order(reference=row["客户流水号"], account=row["收款账号"], holder=row["收款户名"], fen=_yuan(row["金额"]))
        for row in found
    ]
    assert totals[:2] == ["合计", str(len(orders))]
    assert _yuan(totals[2]) == sum(order.fen for order in orders)
    return orders


def _read_state(file: bytes) -> list[Order]:
    head, *lines = load_workbook(BytesIO(file)).worksheets[0].iter_rows(values_only=True)
    found = [dict(zip(head, line, strict=True)) for line in lines]
    return [
        Order(
            reference=str(row["客户参考号"]),
            account=str(row["收款方账号"]),
            holder=str(row["收款方户名"]),
            fen=_yuan(row["转账金额"]),
        )
        for row in found
    ]


def _read_institution(file: bytes) -> list[Order]:
    totals, head, *lines = csv.reader(StringIO(file.decode(), newline=""))
    found = [dict(zip(head, line, strict=True)) for line in lines]
    orders = [
        Order(
            reference=row["out_trade_no"],
            account=row["payee_account"],
            holder=row["payee_name"],
            fen=int(row["amount_fen"]),
        )
        for row in found
    ]
    assert totals[2:] == [str(len(orders)), str(sum(order.fen for order in orders))]
    return orders


def _as_csv(rows: list[list[str]], encoding: str) -> bytes:
    out = StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def _answer_rural(told: Told) -> bytes:
    rows = [["序号", "收款账号", "收款户名", "金额", "处理结果", "失败原因", "银行流水号", "客户流水号"]]
    for number, (order, good, serial) in enumerate(told, 1):
        state = ("成功", "") if good else ("失败", "户名不符")
        amount = f"{order.fen / 100:.2f}"
        rows.append([str(number), order.account, order.holder, amount, *state, serial, order.reference])
    return _as_csv([*rows, ["合计", str(len(told)), ""]], "gbk")


def _answer_state(told: Told) -> bytes:
    book = Workbook()
    page = book.worksheets[0]
    page.append(["批量转账结果"])
    page.append(["导出时间", "2026-09-28"])
    page.append(["序号", "客户参考号", "收款方户名", "转账金额", "交易状态", "返回信息", "网银流水号"])
    for number, (order, good, serial) in enumerate(told, 1):
        state = ("交易成功", "") if good else ("退汇", "账户状态不正常")
        page.append([number, order.reference, order.holder, order.fen / 100, *state, serial])
    page.append(["总笔数", len(told)])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _answer_institution(told: Told) -> bytes:
    rows = [["out_trade_no", "trade_no", "amount_fen", "status", "fail_reason"]]
    for order, good, serial in told:
        state = ("SUCCESS", "") if good else ("FAIL", "PAYEE_ACCOUNT_ABNORMAL")
        rows.append([order.reference, serial, str(order.fen), *state])
    return _as_csv(rows, "utf-8")


READERS = {
    "payout-rural-bank-gbk": _read_rural,
    "payout-state-bank-xlsx": _read_state,
    "payout-institution-csv": _read_institution,
}
WRITERS = {
    "payout-rural-bank-gbk": _answer_rural,
    "payout-state-bank-xlsx": _answer_state,
    "payout-institution-csv": _answer_institution,
}
