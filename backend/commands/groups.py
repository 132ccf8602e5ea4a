"""Keep the office's list of who belongs to which group, so that a campaign meant for a group finds its people.

A line of the file is a phone or an identity number, then the groups: ``15402000001,elder low_income``. A line without
groups takes the person out of all. People whom the county does not know yet are told by line and left out.
"""

import argparse
import re
from pathlib import Path
from uuid import UUID

import uvloop

from backend.commands.acting import act
from backend.commands.opening import opened_county
from backend.commands.options import add_place
from backend.commands.words import Stop, complain
from backend.database.county import County
from backend.database.transaction import inquire
from backend.identity.assign_groups import AssignGroups, assign_groups
from backend.identity.person import ByKey, find_resident_by_phone, find_residents_by_key
from backend.identity.rules import is_identity_number
from backend.kernel.actors import SYSTEM
from backend.kernel.claimants import KeyKind

GROUP = re.compile(r"[a-z0-9_-]{1,40}")
DOCUMENT = re.compile(r"[^\x00-\x1f\x7f]{1,80}")
PHONE = re.compile(r"1[0-9]{10}")


LIST = (
    "名单，一人一行：手机号或身份证号,群体 群体；群体：elder low_income new_resident visitor · "
    "the list, a person a line: phone or identity number,group group"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The list and its document."""
    add_place(parser)
    parser.add_argument("file", type=Path, metavar="FILE", help=LIST)
    parser.add_argument("--document", required=True, metavar="NO", help="名单的文号 · the list's document number")


def run(arguments: argparse.Namespace) -> int:
    """Keep it; 1 when somebody on it is not known here yet, though all others were kept."""
    if DOCUMENT.fullmatch(arguments.document) is None:
        raise Stop("文号须为一行、不超过 80 字。", "A document number is one line of at most 80 signs.")
    kept, unknown = uvloop.run(_keep(arguments, _read(arguments.file)))
    print(f"已登记 {kept} 人 · {kept} people kept")
    for number in unknown:
        complain(f"第 {number} 行：县里还没有这个人。", f"Line {number}: nobody here with this number yet.")
    return 1 if unknown else 0


def _read(file: Path) -> dict[int, tuple[str, tuple[str, ...]]]:
    """(who, groups) by the line's number; raises ``Stop`` at the first line that is not understood."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"读不了名单 {file}（须为 UTF-8）。", f"The list {file} cannot be read as UTF-8.") from error
    told: dict[int, tuple[str, tuple[str, ...]]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        who, _, rest = line.partition(",")
        groups = tuple(rest.split())
        named = PHONE.fullmatch(who.strip()) or is_identity_number(who.strip())
        if not named or any(GROUP.fullmatch(group) is None for group in groups):
            raise Stop(
                f"第 {number} 行看不懂：每行先是手机号或身份证号，然后半角逗号，然后群体。",
                f"Line {number} is not understood: a phone or identity number, a comma, the groups.",
            )
        told[number] = (who.strip(), groups)
    return told


async def _keep(arguments: argparse.Namespace, told: dict[int, tuple[str, tuple[str, ...]]]) -> tuple[int, list[int]]:
    groups: dict[UUID, tuple[str, ...]] = {}
    unknown = []
    async with opened_county(arguments) as county:
        for number, (who, of_line) in told.items():
            found = await _residents(county, who)
            if not found:
                unknown.append(number)
            groups |= dict.fromkeys(found, of_line)
        command = AssignGroups(groups=groups, document_no=arguments.document, actor=SYSTEM)
        return await act(county, assign_groups, command), unknown


async def _residents(county: County, who: str) -> list[UUID]:
    if PHONE.fullmatch(who):
        found = await inquire(county, find_resident_by_phone, who)
        return [] if found is None else [found]
    return await inquire(county, find_residents_by_key, ByKey(KeyKind.IDENTITY, who))
