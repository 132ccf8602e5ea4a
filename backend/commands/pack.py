"""Make a campaign's audit pack as one file, which anybody checks with Python alone.

The seed of the sample is a public value that the auditor names. What was asked for stands in the trail.
"""

import argparse
import asyncio
import shutil
from pathlib import Path
from uuid import UUID

import uvloop

from backend.audit_pack.make_pack import MakePack, make_pack, making
from backend.audit_pack.request_pack import RequestPack, request_pack
from backend.audit_pack.rules import MOST_SAMPLED
from backend.commands.acting import act
from backend.commands.opening import opened_county
from backend.commands.options import add_place
from backend.commands.words import Stop, say
from backend.database.county import County
from backend.kernel.actors import SYSTEM
from backend.kernel.ids import new_id
from backend.kernel.signing import SigningKey

SAMPLE = 30
MOST_SEED = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which campaign, which seed, and where the file goes."""
    add_place(parser)
    parser.add_argument("--campaign", type=UUID, required=True, metavar="ID", help="活动编号 · the campaign")
    parser.add_argument(
        "--seed", required=True, metavar="TEXT", help="抽样种子，公开的数值 · the sample's seed, a public value"
    )
    parser.add_argument(
        "--sample", type=int, default=SAMPLE, metavar="N", help="抽多少笔，缺省 30 · redemptions drawn, default 30"
    )
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help="写到哪里（.zip） · where to write it")


def run(arguments: argparse.Namespace) -> int:
    """Make it, and say what to compare."""
    if not 1 <= arguments.sample <= MOST_SAMPLED:
        raise Stop(f"--sample 须在 1 到 {MOST_SAMPLED} 之间。", f"--sample must be between 1 and {MOST_SAMPLED}.")
    if not arguments.seed.isprintable() or not 1 <= len(arguments.seed) <= MOST_SEED:
        raise Stop("--seed 须为一行、不超过 200 字。", "--seed must be one line of at most 200 signs.")
    if arguments.to.exists():
        raise Stop(f"{arguments.to} 已经存在，不会覆盖。", f"{arguments.to} is there already and is not written over.")
    if not arguments.to.parent.is_dir():
        raise Stop(f"没有 {arguments.to.parent} 这个文件夹。", f"There is no folder {arguments.to.parent}.")
    uvloop.run(_make(arguments))
    return 0


async def _make(arguments: argparse.Namespace) -> None:
    async with opened_county(arguments) as county:
        pack_id = new_id()
        told = {"pack_id": pack_id, "campaign_id": arguments.campaign, "seed": arguments.seed}
        await act(county, request_pack, RequestPack(**told, sample=arguments.sample, actor=SYSTEM))
        asked = MakePack(**told, sample=arguments.sample, at=county.clock())
        await asyncio.to_thread(_write, county, asked, arguments.to)


def _write(county: County, asked: MakePack, to: Path) -> None:
    with making(county) as folder:
        made = make_pack(county, asked, folder)
        if made is None:
            raise Stop("没有这个活动。", "There is no such campaign.")
        packed, found = made
        shutil.move(packed, to)
    say(
        f"已写入 {to}：核销 {found.redemptions} 笔，抽样 {found.sampled} 笔",
        f"written: {found.redemptions} redemptions, {found.sampled} of them in the sample",
    )
    key = SigningKey(county.keys.issuer_private).public.compressed.hex()
    say(f"解开后运行 python3 verify.py --key {key}", "unpack it and run this")
