"""How do banks write an amount, and which amount did they mean? Figures and texts only: no float comes near a fen."""

import re
from typing import Literal

from backend.kernel.fen import MOST_FEN, yuan

AmountForm = Literal["yuan", "yuan-grouped", "fen"]
"""``1234.50`` · ``1,234.50`` · ``123450``."""

_YUAN = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(\d{1,2})0*)?")
_FEN = re.compile(r"-?\d{1,14}")
_DRESS = str.maketrans("０１２３４５６７８９．，－", "0123456789.,-", "￥¥元 \u00a0\u3000")


def written_amount(amount_fen: int, form: AmountForm) -> str:
    """The amount in this form."""
    if form == "fen":
        return str(amount_fen)
    text = yuan(amount_fen)
    if form == "yuan":
        return text
    whole, part = text.split(".")
    return f"{int(whole):,}.{part}" if not whole.startswith("-0") else text


def read_amount(text: str, form: AmountForm) -> int | None:
    """The fen that a cell means, or nothing: more than two decimals that are not nought, or no number at all.

    The currency's sign, spaces and full-width figures are taken off first.
    """
    plain = text.translate(_DRESS)
    if form == "fen":
        amount = int(plain) if _FEN.fullmatch(plain) else None
    elif found := _YUAN.fullmatch(plain):
        sign, whole, part = found.groups()
        amount = int(whole.replace(",", "")) * 100 + int((part or "").ljust(2, "0"))
        amount = -amount if sign else amount
    else:
        amount = None
    return amount if amount is not None and abs(amount) <= MOST_FEN else None
