"""Does the person hold the second factor: a time-based code (RFC 6238), or one of ten recovery codes?

Pure but for the random source. A time step serves once: whoever reads a code over a shoulder comes too late.
"""

import hmac
import secrets
from io import BytesIO

import pyotp
import segno

from backend.kernel.instants import Instant, epoch_microseconds

STEP_SECONDS = 30
STEPS_OFF = 1
"""A phone's clock may be off by one step either way."""
RECOVERY_CHARACTERS = 10
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O, which people confuse."""


def new_totp_secret() -> str:
    """160 random bits in Base32."""
    return pyotp.random_base32()


def step_at(at: Instant) -> int:
    """The time step that an instant lies in."""
    return epoch_microseconds(at) // (STEP_SECONDS * 1_000_000)


def matching_step(secret: str, code: str, *, at: Instant) -> int | None:
    """The time step whose code this is, among the present one and its neighbours."""
    totp = pyotp.TOTP(secret)
    now = step_at(at)
    for step in range(now - STEPS_OFF, now + STEPS_OFF + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None


def otpauth_uri(secret: str, *, login: str, issuer: str) -> str:
    """What an authenticator app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def qr_svg(text: str) -> str:
    """The text as a QR code, an SVG without script or foreign parts."""
    drawn = BytesIO()
    segno.make(text, error="m").save(drawn, kind="svg", scale=4, border=4, xmldecl=False, light="#fff")
    return drawn.getvalue().decode()


def new_recovery_codes(count: int) -> list[str]:
    """Codes of 50 random bits, written in two groups."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(RECOVERY_CHARACTERS)) for _ in range(count)]
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def plain_recovery_code(typed: str) -> str:
    """A recovery code as it is compared: capitals, without the hyphen and spaces people type."""
    return typed.replace("-", "").replace(" ", "").upper()


def is_totp_code(typed: str) -> bool:
    """Whether this is a six-digit code rather than a recovery code."""
    return len(typed) == 6 and typed.isascii() and typed.isdecimal()
