"""A sign as it is served: whatever was sent is opened within bounds and drawn anew, 192 points a side.

Nothing of the file itself is kept: neither words nor places that a camera wrote into it, nor anything that hides behind
a picture. Only three readers are tried; a drawing with instructions (SVG) is none of them.
"""

import hashlib
import struct
from io import BytesIO

from PIL import Image, ImageOps

from backend.county_settings.rules import (
    LEAST_LOGO_SIDE,
    LOGO_SIDE,
    MOST_LOGO_BYTES,
    MOST_LOGO_SIDE,
    Logo,
    SettingsReason,
)
from backend.kernel.refusals import Refused

FORMATS = ("PNG", "JPEG", "WEBP")
BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, OverflowError, struct.error)
"""What readers raise over a file that is none, or was cut off or forged."""
LARGEST_EXACT = 40_000
"""Bytes of a sign that is kept without loss; a photograph is kept as photographs are."""
QUALITY = 86


def draw_logo(sent: bytes) -> Logo | Refused[SettingsReason]:
    """The sign, or why there is none; call it in a thread, since a large picture takes a moment."""
    if len(sent) > MOST_LOGO_BYTES:
        return Refused(SettingsReason.LOGO_TOO_LARGE)
    try:
        with Image.open(BytesIO(sent), formats=FORMATS) as image:
            # The size stands in the head: a bomb is refused before a point of it is unpacked.
            if max(image.size) > MOST_LOGO_SIDE:
                return Refused(SettingsReason.LOGO_TOO_LARGE)
            if max(image.size) < LEAST_LOGO_SIDE:
                return Refused(SettingsReason.LOGO_TOO_SMALL)
            body = _drawn(image)
    except Image.DecompressionBombError:
        return Refused(SettingsReason.LOGO_TOO_LARGE)
    except BROKEN:
        return Refused(SettingsReason.LOGO_UNREADABLE)
    key = f"county-logo-{hashlib.sha256(body).hexdigest()[:16]}"
    return Logo(key=key, body=body, sent_sha256=hashlib.sha256(sent).digest())


def _drawn(image: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(image).convert("RGBA")
    fitted = ImageOps.contain(upright, (LOGO_SIDE, LOGO_SIDE), Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (LOGO_SIDE, LOGO_SIDE), (0, 0, 0, 0))
    square.paste(fitted, ((LOGO_SIDE - fitted.width) // 2, (LOGO_SIDE - fitted.height) // 2))
    exact = _encoded(square, lossless=True)
    return exact if len(exact) <= LARGEST_EXACT else _encoded(square, lossless=False)


def _encoded(image: Image.Image, *, lossless: bool) -> bytes:
    file = BytesIO()
    image.save(file, "webp", lossless=lossless, quality=QUALITY)
    return file.getvalue()
