"""Do the county's background work once, as of an instant: events, timed work, the trail's chain.

``serve`` does this by itself all the time. With ``--at`` a demonstration county travels in time: rounds open and close,
vouchers expire. A real county has only the present.
"""

import argparse
from datetime import UTC, datetime

import uvloop

from backend.app import NIGHTS
from backend.commands.fitting import require_calendar
from backend.commands.opening import opened_county
from backend.commands.options import add_place
from backend.commands.words import Stop, say
from backend.database.transaction import transact
from backend.demonstration.seed import settle_down
from backend.kernel.instants import COUNTY_TIME, Instant, to_wire


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which county, and when."""
    add_place(parser)
    parser.add_argument("--once", action="store_true", help="做到没有事可做为止 · until nothing is left to do")
    parser.add_argument("--at", metavar="INSTANT", help="2026-11-24T10:00:00+08:00（缺省现在 · default now）")


def run(arguments: argparse.Namespace) -> int:
    """Loop rounds until nothing is left."""
    if not arguments.once:
        raise Stop("请加 --once：不停的由 yizhan serve 做。", "Give --once: yizhan serve does the endless kind.")
    uvloop.run(_relay(arguments, None if arguments.at is None else instant(arguments.at)))
    return 0


async def _relay(arguments: argparse.Namespace, at: Instant | None) -> None:
    async with opened_county(arguments) as county:
        if at is not None and not county.demonstration:
            raise Stop(
                f"{county.entry.name_zh}是真实的县，时间不能由人指定（去掉 --at）。",
                f"{county.entry.name_en} is a real county: nobody chooses its time (leave out --at).",
            )
        require_calendar(county)
        when = at or county.clock()
        for plan in NIGHTS:  # As at a start of ``serve``: a county that nobody has served yet closes its days too.
            await transact(county, plan, None, now=when)
        done = await settle_down(county, when)
        say(f"截至 {to_wire(when)}，做完 {done} 件", f"as of {to_wire(when)}: {done} pieces of work done")


def instant(text: str) -> Instant:
    """An RFC 3339 instant; without an offset it is the county's own clock. Raises ``Stop``."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise Stop(
            f"--at {text} 不是时间：请写成 2026-11-24T10:00:00+08:00。",
            f"--at {text} is no instant: write 2026-11-24T10:00:00+08:00.",
        ) from None
    return (told if told.tzinfo is not None else told.replace(tzinfo=COUNTY_TIME)).astimezone(UTC)
