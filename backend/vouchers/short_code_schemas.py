"""A short code on the wire, with the picture that counters scan."""

from datetime import datetime

from msgspec import Struct

from backend.vouchers.code_picture import code_picture
from backend.vouchers.short_code import ShortCode


class ShortCodeAnswer(Struct, frozen=True, kw_only=True):
    """Eight digits, told once; `qr_png` is the same as a QR code, a PNG in Base64, which counters scan."""

    code: str
    expires_at: datetime
    qr_png: str


def short_code_answer(made: ShortCode) -> ShortCodeAnswer:
    """The wire form."""
    return ShortCodeAnswer(code=made.code, expires_at=made.expires_at, qr_png=code_picture(made.code))
