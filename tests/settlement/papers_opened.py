"""A statement's papers and a pack's books as whoever gets them opens them: with pdfium, openpyxl and csv."""

import csv
import re
from collections import Counter
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from PIL.Image import Image
from pypdfium2 import PdfDocument

INK_SCALE = 3
PAPER = 240
"""Darker than this is ink."""
AMOUNT = re.compile(r"￥(-?[\d,]+\.\d\d)")
OWED = {"redeem", "platform-share", "roll-back", "claw-back", "incident"}
"""Steps of the ledger that change what merchants are owed for what was sold; the others pay it or set it off."""


def text_of_pdf(pdf: bytes) -> str:
    """Everything that stands in it; each character has left ink on the paper where the text says that it is."""
    found = []
    with PdfDocument(pdf) as document:
        for page in document:
            image = page.render(scale=INK_SCALE, grayscale=True).to_pil()
            text = page.get_textpage()
            told = text.get_text_range()
            assert not {"\ufffd", "〓", "\0"} & set(told)
            for number in range(text.count_chars()):
                sign = text.get_text_range(number, 1)
                assert sign.isspace() or _has_ink(image, text.get_charbox(number)), (sign, number)
            found.append(told)
    return "".join(found)


def _has_ink(image: Image, box: tuple[float, float, float, float]) -> bool:
    left, bottom, right, top = (side * INK_SCALE for side in box)
    seen = image.crop((int(left), int(image.height - top), int(right) + 1, int(image.height - bottom) + 1))
    darkest: int = seen.getextrema()[0]  # type: ignore[assignment]  # Of one band: its darkest and its lightest.
    return darkest < PAPER


def payable_on_pdf(text: str) -> int:
    """The sum that the paper says is owed."""
    found = AMOUNT.search(text.replace("\n", " "), text.index("应付合计"))
    assert found is not None
    return round(float(found[1].replace(",", "")) * 100)


def sums_on_sheet(xlsx: bytes) -> tuple[list[int], list[str]]:
    """Each line's amount owed, worked out from its parts and compared with the sheet's own sums; and all its texts."""
    rows = [list(row) for row in load_workbook(BytesIO(xlsx)).worksheets[0].iter_rows(values_only=True)]
    head = next(number for number, row in enumerate(rows) if row[0] == "序号")
    foot = next(number for number, row in enumerate(rows) if row[1] == "合计")
    column = {str(title): number for number, title in enumerate(rows[head])}
    owed = []
    for row in rows[head + 1 : foot]:
        government, platform, payable = (_fen(row[column[name]]) for name in ("财政承担", "平台承担", "应付商户"))
        assert government + platform == payable
        owed.append(payable)
    assert _fen(rows[foot][column["应付商户"]]) == sum(owed)
    return owed, [str(cell) for row in rows for cell in row if cell is not None]


def _fen(cell: object) -> int:
    return round(float(str(cell)) * 100)


def owed_by_the_ledger(pack: Path) -> dict[tuple[str, str], int]:
    """What each act changed of what merchants are owed, by payer, from a pack's transfers."""
    accounts = {one["number"]: one for one in _rows(pack / "ledger" / "accounts.csv")}
    found: Counter[tuple[str, str]] = Counter()
    for transfer in _rows(pack / "ledger" / "transfers.csv"):
        for side, sign in (("debit_account", -1), ("credit_account", 1)):
            account = accounts[transfer[side]]
            if transfer["step"] in OWED and account["kind"].startswith("merchant."):
                found[transfer["act_id"], account["funder"]] += sign * int(transfer["amount_fen"])
    return dict(found)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
