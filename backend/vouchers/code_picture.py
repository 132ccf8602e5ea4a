"""A short code as a picture, for phones that cannot keep a key and so draw no code of their own.

The county does not hold anybody's key: what it draws is the eight digits that stand beside the picture, good for two
minutes and once. Counters read it like any code.
"""

import base64
import io

import segno

PIXELS_A_MODULE = 10
QUIET_MODULES = 4


def code_picture(code: str) -> str:
    """The digits as a QR code: a PNG, in Base64."""
    drawn = io.BytesIO()
    segno.make(code, error="m", micro=False).save(drawn, kind="png", scale=PIXELS_A_MODULE, border=QUIET_MODULES)
    return base64.b64encode(drawn.getvalue()).decode()
