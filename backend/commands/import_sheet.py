"""Take in a list that the county has already: stations, staff, roles or merchants, from an XLSX or CSV.

``yizhan import merchants FILE`` only tells what the file would do, and every fault; with ``--apply`` it does exactly
that, all of it or nothing. Run again, it finds what is there already. Invitations of new staff are printed once.
"""

import argparse
from pathlib import Path

import uvloop

from backend.commands.acting import link
from backend.commands.opening import opened_county
from backend.commands.options import add_place
from backend.commands.table import table
from backend.commands.told_faults import faults_told
from backend.commands.words import Stop, say
from backend.database.county import County
from backend.kernel.actors import SYSTEM
from backend.kernel.ids import new_id
from backend.sheets.columns import SheetRead
from backend.sheets.read import read_sheet
from backend.sheets.template import template
from backend.starting.apply_import import ApplyImport, Carried, apply_import
from backend.starting.importers import IMPORTERS
from backend.starting.importing import Importer
from backend.starting.rules import ImportKind, Outcome, Plan, file_hash
from backend.starting.try_import import Reported, TryImport, try_import

SHOWN = {
    Outcome.NEW: "新增 · new",
    Outcome.CHANGED: "更改 · changed",
    Outcome.THERE: "已有 · there",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What, from which file, and whether it is meant."""
    parser.add_argument("kind", choices=[kind.value for kind in ImportKind], help="导入什么 · what")
    parser.add_argument("file", type=Path, metavar="FILE", help="XLSX 或 CSV（UTF-8、GBK） · XLSX or CSV")
    meant = parser.add_mutually_exclusive_group()
    meant.add_argument("--apply", action="store_true", help="办理，不加则只试读 · carry it out; without it only a try")
    meant.add_argument("--template", action="store_true", help="写出空白表格供填写 · write the sheet to fill")
    add_place(parser)


def run(arguments: argparse.Namespace) -> int:
    """Try, and carry out when asked; 1 where the file has faults."""
    importer = IMPORTERS[ImportKind(arguments.kind)]
    file: Path = arguments.file
    if arguments.template:
        _write_template(importer, file)
        return 0
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Stop(f"读不了 {file}：{error.strerror}", f"{file} cannot be read: {error.strerror}") from error
    read = read_sheet(data, importer.columns, most_rows=importer.most_rows)
    uvloop.run(_import(arguments, importer, file_hash(data), read))
    return 0


def _write_template(importer: Importer, file: Path) -> None:
    if file.exists():
        raise Stop(f"{file} 已经存在，不会覆盖。", f"{file} is there already and is not replaced.")
    file.write_bytes(template(importer.kind.zh, importer.columns))
    say(f"空白表格已写入 {file}", "the sheet to fill")


async def _import(arguments: argparse.Namespace, importer: Importer, sha256: bytes, read: SheetRead) -> None:
    async with opened_county(arguments) as county:
        command = TryImport(actor=SYSTEM, import_id=new_id(), importer=importer, file_sha256=sha256, read=read)
        reported = await try_import(county, command)
        assert isinstance(reported, Reported), "the id is new"
        plan = reported.plan
        if plan.faults:
            raise Stop(*faults_told("文件有错，什么也没有办", "The file has faults; nothing was done", plan.faults))
        _tell(plan)
        if not arguments.apply:
            say("这只是试读，什么也没有改。要办理请加 --apply", "a try; nothing has changed. To carry it out: --apply")
            return
        carried = await _apply(county, command)
    say(
        f"已办：新增 {carried.applied.rows_new}，更改 {carried.applied.rows_changed}",
        f"done: {carried.applied.rows_new} new, {carried.applied.rows_changed} changed",
    )
    _tell_invitations(county, carried)


def _tell(plan: Plan) -> None:
    rows = [
        (str(row.row.row), SHOWN[row.outcome], row.name, " · ".join(filter(None, (row.note_zh, row.note_en))))
        for row in plan.rows
    ]
    print(table(("行 · Row", "结果 · Outcome", "名称 · Name", "说明 · Note"), rows))
    counts = [plan.count(outcome) for outcome in Outcome]
    say(
        f"新增 {counts[0]}，更改 {counts[1]}，已有 {counts[2]}",
        f"{counts[0]} new, {counts[1]} changed, {counts[2]} there",
    )
    if plan.ignored:
        say(f"没有用到的列：{'、'.join(plan.ignored)}", "columns that were not used")


async def _apply(county: County, tried: TryImport) -> Carried:
    command = ApplyImport(
        actor=SYSTEM,
        application_id=new_id(),
        import_id=tried.import_id,
        importer=tried.importer,
        file_sha256=tried.file_sha256,
        read=tried.read,
    )
    carried = await apply_import(county, command)
    await link(county)
    if not isinstance(carried, Carried):
        detail = getattr(carried, "detail", "")
        reason = getattr(carried, "reason", None)
        raise Stop(f"没有办成：{getattr(reason, 'zh', '')} {detail}", f"Not done: {getattr(reason, 'en', '')}")
    return carried


def _tell_invitations(county: County, carried: Carried) -> None:
    invited = [done for done in carried.done if done.invitation]
    if not invited:
        return
    say(
        "邀请链接（72 小时内有效，只显示一次，请分别交给本人）",
        "invitations: for 72 hours, shown once, each for its person",
    )
    for done in invited:
        print(f"  {done.row.name}  https://{county.entry.hosts[0]}/office/invitation#{done.invitation}")
