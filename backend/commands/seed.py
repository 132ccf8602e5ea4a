"""Fill a data folder with the demonstration counties: Junlian, and tiny invented Wuzhu beside it.

Never into a folder or a database that holds anything else. A seeding that was cut off is wiped and begun anew; one that
is done is left alone. A county becomes visible to ``serve`` only when it is whole.
"""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop
from msgspec import Struct

from backend.commands.opening import closing_counties
from backend.commands.options import ALL, add_place, settings_of
from backend.commands.upgrade import bring_up_to_date
from backend.commands.words import Stop, counted, say
from backend.data_state.rules import SEEDING_BEGUN, SEEDING_DONE
from backend.data_state.seeding import AskSeeding, seeding
from backend.database.county import County, CountyEntry
from backend.database.registry import make_folder, open_listed, read_registry, register
from backend.database.transaction import inquire
from backend.demonstration.county import DemonstrationCounty, read_county
from backend.demonstration.logo import LOGO
from backend.demonstration.media import Drawing, drawing
from backend.demonstration.residents import RESIDENTS
from backend.demonstration.second_county import CODE as SECOND_CODE
from backend.demonstration.second_county import RESIDENTS as SECOND_RESIDENTS
from backend.demonstration.second_county import second_county
from backend.demonstration.seed import seed
from backend.kernel.instants import elapsed_seconds
from backend.migrations.erase import erase
from backend.migrations.revision import present_revision
from backend.settings import Settings


class Demonstration(Struct, frozen=True, kw_only=True):
    """A demonstration county: its line in the registry, and where its files are read."""

    entry: CountyEntry
    read: Callable[[], DemonstrationCounty]
    residents: int


DEMONSTRATIONS = (
    Demonstration(
        entry=CountyEntry(
            code="511527",
            name_zh="筠连县",
            name_en="Junlian County",
            hosts=("junlian.localhost",),
            demonstration=True,
            place="c511527",
            help_phone="15400000345",
            logo=LOGO,
            icp_filing="蜀ICP备00000000号-1",
            police_filing="川公网安备51152700000000号",
        ),
        read=read_county,
        residents=RESIDENTS,
    ),
    Demonstration(
        entry=CountyEntry(
            code=SECOND_CODE,
            name_zh="雾竹县",
            name_en="Wuzhu County",
            hosts=("wuzhu.localhost",),
            demonstration=True,
            place=f"c{SECOND_CODE}",
            help_phone="15405000900",
            icp_filing="蜀ICP备00000000号-2",
            colour="#1a56a8",
        ),
        read=second_county,
        residents=SECOND_RESIDENTS,
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where; ``--county`` seeds one of the two."""
    add_place(parser, county=ALL)


def run(arguments: argparse.Namespace) -> int:
    """Seed what is not seeded yet."""
    uvloop.run(seed_counties(settings_of(arguments), arguments.county))
    return 0


async def seed_counties(settings: Settings, code: str | None = None, *, pictures: bool = True) -> None:
    """Seed both demonstration counties, or the one with this code. Raises ``Stop``."""
    wanted = [one for one in DEMONSTRATIONS if code in (None, one.entry.code)]
    if not wanted:
        known = "、".join(f"{one.entry.code} {one.entry.name_zh}" for one in DEMONSTRATIONS)
        raise Stop(
            f"没有 {code} 这个演示县；有：{known}", f"There is no demonstration county {code}; there are: {known}"
        )
    if real := [entry for entry in read_registry(settings.data) if not entry.demonstration]:
        raise Stop(
            f"{settings.data} 里有真实的县（{real[0].name_zh}），不能放入演示数据。请换一个文件夹（--data）。",
            f"{settings.data} holds a real county ({real[0].name_en}): demonstration data has no place beside it. "
            "Choose another folder (--data).",
        )
    settings.data.mkdir(parents=True, exist_ok=True)
    for one in wanted:
        await _seed(settings, one, pictures=pictures)


async def _seed(settings: Settings, one: Demonstration, *, pictures: bool) -> None:
    entry, begun = one.entry, elapsed_seconds()
    folder = make_folder(settings.data, entry)
    async with closing_counties(open_listed(settings.data, [entry], settings.database_url)) as counties:
        county = counties.all[0]
        if await _is_done(county):
            say(f"{entry.name_zh}：演示数据早已就绪，没有改动", f"{entry.name_en}: seeded before; nothing was changed")
        else:
            say(f"{entry.name_zh}：准备演示数据", f"{entry.name_en}: preparing the demonstration")
            await bring_up_to_date(county)
            demo = one.read()
            with _pictures(demo, folder / "media", wanted=pictures) as under_way:
                made = await seed(county, demo, _tell, now=county.clock(), residents=one.residents)
                _wait_for(under_way)
            say(
                f"{entry.name_zh}：{made.merchants} 家商户、{made.stations} 个驿站、{made.residents} 位居民、"
                f"{made.campaigns} 个活动，用时 {elapsed_seconds() - begun:.1f} 秒",
                f"{entry.name_en}: {counted(made.merchants, 'merchant', 'merchants')}, "
                f"{counted(made.stations, 'station', 'stations')}, {counted(made.residents, 'resident', 'residents')}, "
                f"{counted(made.campaigns, 'campaign', 'campaigns')}",
            )
    if all(listed.code != entry.code for listed in read_registry(settings.data)):
        register(settings.data, entry)


async def _is_done(county: County) -> bool:
    """Whether it was seeded; wipes what a seeding left that was cut off, and refuses anything else."""
    if await present_revision(county) is None:
        return False
    match await inquire(county, seeding, AskSeeding()):
        case str(state) if state == SEEDING_DONE:
            return True
        case str(state) if state == SEEDING_BEGUN:
            say("上次准备没有做完，从头再来", "the last preparation was cut off: beginning anew")
            await erase(county)
            return False
        case _:
            raise Stop(
                f"{county.entry.name_zh}的数据库里已有数据，不是演示数据，不能覆盖。请换一个文件夹或数据库。",
                f"The database of {county.entry.name_en} holds data that is no demonstration: it is left alone. "
                "Choose another folder or database.",
            )


def _tell(zh: str, en: str) -> None:
    say(f"  {zh}", en)


@contextmanager
def _pictures(demo: DemonstrationCounty, folder: Path, *, wanted: bool) -> Iterator[Drawing | None]:
    if not wanted:
        yield None
        return
    with drawing(demo, folder) as under_way:
        yield under_way


def _wait_for(under_way: Drawing | None) -> None:
    if under_way is None:
        return
    _tell(f"图片：共 {under_way.total} 幅", f"pictures: {under_way.total} in all")
    for done in under_way.wait():
        if done % 20 == 0:
            _tell(f"  {done}/{under_way.total}", f"{done} drawn")
