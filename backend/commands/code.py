"""Which six digits does the second factor of the demonstration's staff show right now?

Real staff read theirs from their own authenticator app; this secret is published and opens demonstrations only.
"""

import argparse

import pyotp

from backend.commands.words import say
from backend.demonstration.credentials import TOTP_SECRET
from backend.kernel.instants import epoch_microseconds, now

STEP_SECONDS = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Print the code and how long it is good."""
    del arguments
    code, seconds = present_code()
    say(f"{code}（还有 {seconds} 秒，每个账号每码用一次）", f"good for {seconds} s, once for each account")
    return 0


def present_code() -> tuple[str, int]:
    """The code, and the seconds until the next one."""
    at = now()
    seconds = epoch_microseconds(at) // 1_000_000
    return pyotp.TOTP(TOTP_SECRET).at(at), STEP_SECONDS - seconds % STEP_SECONDS
