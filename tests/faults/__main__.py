"""A bad network before a server of this machine, until it is ended; then it tells what happened.

``python -m tests.faults 8000 --port 8001 --cut 0.3 --slow --seed 7``: what comes to 8001 goes on to 8000, at 64 kbit/s,
and three of ten requests or their answers end in their middle. Chances are from 0 to 1.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields

from tests.fault_proxy import SLOW, Faults, fault_proxy

CHANCES = ("drop", "lose", "double", "delay", "cut")


def read(words: Sequence[str] | None = None) -> tuple[argparse.Namespace, Faults]:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__, allow_abbrev=False)
    parser.add_argument("target", type=int, metavar="SERVER", help="the server's port")
    parser.add_argument("--port", type=int, default=0, help="where to listen; any free one without it")
    parser.add_argument("--seed", type=int, default=1)
    for name in CHANCES:
        parser.add_argument(f"--{name}", type=float, default=0.0, metavar="CHANCE")
    parser.add_argument("--delay-seconds", type=float, default=0.2)
    parser.add_argument("--cut-after", type=int, default=None, metavar="BYTES")
    parser.add_argument("--slow", dest="bytes_per_second", action="store_const", const=SLOW, help="64 kbit/s")
    parser.add_argument("--bytes-per-second", type=int, default=None)
    parser.add_argument("--only", default="", metavar="PATH", help="spare requests of other paths, as /api/v1/sync")
    asked = parser.parse_args(words)
    return asked, Faults(**{field.name: getattr(asked, field.name) for field in fields(Faults)})


async def serve(asked: argparse.Namespace, faults: Faults) -> None:
    """Pass on until this is ended."""
    async with fault_proxy(asked.target, faults, seed=asked.seed, port=asked.port) as proxy:
        print(f"http://127.0.0.1:{proxy.port} → {asked.target}: {faults}", flush=True)  # noqa: T201 - the answer.
        try:
            await asyncio.Event().wait()
        finally:
            told = ", ".join(f"{times} {name}" for name, times in proxy.counted.items())
            print(told or "no requests", flush=True)  # noqa: T201 - the answer.


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(*read()))
    sys.exit(0)
