"""Print ready sessions of a demonstration county, one JSON line each, for measurements and journeys."""

import argparse
import sys

import msgspec
import uvloop

from backend.commands.acting import act
from backend.commands.opening import opened_county
from backend.commands.options import add_place
from backend.commands.words import Stop
from backend.identity.enter import Opened, ReadySessions, ready_sessions
from backend.kernel.actors import PEOPLE, Role
from backend.kernel.refusals import Refused
from backend.web.callers import COOKIE

MOST = 100_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose sessions, and how many."""
    add_place(parser)
    parser.add_argument("--role", required=True, choices=sorted(PEOPLE), help="身份 · whose")
    parser.add_argument("--count", type=int, default=1, metavar="N", help="个数 · how many, one person after another")


def run(arguments: argparse.Namespace) -> int:
    """Open the sessions and print them."""
    if not 1 <= arguments.count <= MOST:
        raise Stop(f"--count 应为 1 到 {MOST}。", f"--count must be from 1 to {MOST}.")
    lines = [
        msgspec.json.encode({"cookie": f"{COOKIE}={one.token}", "subject": one.person_id}).decode()
        for one in uvloop.run(_open(arguments))
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


async def _open(arguments: argparse.Namespace) -> list[Opened]:
    role = Role(arguments.role)
    async with opened_county(arguments) as county:
        opened = await act(county, ready_sessions, ReadySessions(role=role, count=arguments.count))
        if isinstance(opened, Refused):
            raise Stop(
                f"{county.entry.name_zh}是真实的县：登录只能由本人进行。",
                f"{county.entry.name_en} is a real county: people sign in themselves.",
            )
        if not opened:
            raise Stop(f"没有 {role} 身份的人。", f"Nobody has the role {role}.")
        return opened
