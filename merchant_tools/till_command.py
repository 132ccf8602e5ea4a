"""What does a merchant do with a till's folder? ``python -m merchant_tools till enrol|status|push|pull|export FOLDER``.

``enrol`` makes the till's key and id, once; both stay in the folder, and the office is told the id and the public half.
``status`` says what is not yet with the county, ``push`` sends it and then does what ``pull`` does: it gets what the
till goes by, which is kept in the folder. ``export`` writes the journal into a file that only the county can open, to
be carried there on anything. Accepting itself is a call from the cash register's own program:

    till = open_till(folder)
    till.accept(scanned, Bill(bill_fen=200_00, eligible_fen=200_00, operator=me), read_clock())

It returns only when the claim is on disk; whatever it raises, nothing was accepted.
"""

import argparse
import json
import random
import sys
import uuid
from pathlib import Path
from uuid import UUID

from merchant_tools.briefing import BriefingFile, Owner, briefing_of, journal_key_of, nothing_told, operators_of
from merchant_tools.clock import read_clock
from merchant_tools.journal import Journal, SentinelFile
from merchant_tools.journal_file import seal_journal
from merchant_tools.pull_briefing import pull_briefing
from merchant_tools.push_journal import HttpLine, NoAnswer, NotTakenAsWhole, push_journal
from merchant_tools.sealing import DeviceKey
from merchant_tools.signed import NotOurForm, is_county
from merchant_tools.till import Till
from merchant_tools.till_state import Briefing

ABOUT, KEY, JOURNAL, SENTINEL, BRIEFING = "till.json", "key.pem", "journal.sqlite", "sentinel", "briefing.cbor"


def open_till(folder: Path, briefing: Briefing | None = None) -> Till:
    """The till of a folder that ``enrol`` made, which goes by what ``pull`` got unless it is told something else.

    Raises ``OSError`` or ``ValueError`` where there is none.
    """
    about = json.loads((folder / ABOUT).read_text())
    key = DeviceKey.load(folder / KEY)
    return Till(
        about["county"],
        UUID(about["device"]),
        key,
        keeping=Journal(folder / JOURNAL),
        remembering=SentinelFile(folder / SENTINEL),
        briefing=briefing or _kept_briefing(folder, Owner(about["county"], UUID(about["device"]), key.point)),
    )


def _kept_briefing(folder: Path, owner: Owner) -> Briefing:
    held = BriefingFile(folder / BRIEFING).load()
    return nothing_told(owner.county) if held is None else briefing_of(held, owner)


def run(arguments: list[str]) -> int:
    """The answer is the exit code: 0 done, 1 something is left to do, 2 wrong use."""
    parser = argparse.ArgumentParser(
        prog="merchant_tools till", description="商户收银机离线核销 · a till without a network"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    enrol = commands.add_parser("enrol", help="生成本机密钥和编号 · make this till's key and id")
    enrol.add_argument("folder", type=Path)
    enrol.add_argument("--county", required=True, help="六位行政区划代码 · the county's six figures")
    enrol.add_argument("--server", required=True, help="https://…")
    told_of = {"status": "查看未上传记录 · what is not sent yet", "push": "上传 · send it"}
    for name, told in (told_of | {"pull": "更新离线资料 · get what this till goes by"}).items():
        commands.add_parser(name, help=told).add_argument("folder", type=Path)
    export = commands.add_parser("export", help="离线记录存成文件 · the journal as a file for the county")
    export.add_argument("folder", type=Path)
    export.add_argument("--to", type=Path, required=True, help="新文件 · a new file")
    asked = parser.parse_args(arguments)
    try:
        if asked.command == "enrol":
            return _enrol(asked.folder, asked.county, asked.server)
        if asked.command == "export":
            return _export(asked.folder, asked.to)
        commands_of = {"status": _status, "push": _push, "pull": _pull}
        return commands_of[asked.command](asked.folder)
    except (OSError, ValueError) as problem:
        print(f"{asked.folder}: {problem}", file=sys.stderr)
        return 2


def _enrol(folder: Path, county: str, server: str) -> int:
    if not county.isdecimal() or not is_county(int(county)):
        raise ValueError("行政区划代码是六位数字 · a county has six figures")
    if not server.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ValueError("服务器地址要用 https · the server's address begins with https")
    folder.mkdir(parents=True, exist_ok=True)
    key = DeviceKey.new()
    key.save(folder / KEY)
    about = {"county": county, "device": str(uuid.uuid4()), "server": server.rstrip("/")}
    (folder / ABOUT).write_text(json.dumps(about, indent=1) + "\n")
    print(f"设备编号 device {about['device']}\n公钥 public key {key.point.hex()}")
    return 0


def _status(folder: Path) -> int:
    till = open_till(folder)
    standing = till.kept.standing
    waiting = [entry for entry in till.kept.entries if entry.seq > standing.ack]
    told = [entry for entry in till.kept.entries if entry.code not in (None, "applied", "duplicate")]
    print(f"共 {standing.head} 条，未上传 {len(waiting)} 条 · {standing.head} events, {len(waiting)} not sent")
    ack, durable = standing.ack, standing.durable
    print(f"已确认至 {ack}，已备份至 {durable} · acknowledged {ack}, backed up {durable}")
    for entry in told:
        print(f"  {entry.seq}: {entry.code} {entry.reason or ''}".rstrip())
    return 1 if waiting else 0


def _push(folder: Path) -> int:
    server = json.loads((folder / ABOUT).read_text())["server"]
    till = open_till(folder)
    try:
        if push_journal(till, HttpLine(server), read_clock, random.random, tries=3):
            _pull(folder)
    except NotTakenAsWhole as problem:
        print(f"县里不接收，记录仍在本机 · the county does not take it; the journal stays: {problem}", file=sys.stderr)
    return _status(folder)


def _export(folder: Path, to: Path) -> int:
    about = json.loads((folder / ABOUT).read_text())
    owner = Owner(about["county"], UUID(about["device"]), DeviceKey.load(folder / KEY).point)
    held = BriefingFile(folder / BRIEFING).load()
    recipient = None if held is None else journal_key_of(held, owner)
    if recipient is None:
        raise ValueError("先联网更新一次离线资料 · pull once first: the county's key is not known here")
    events = [(entry.seq, entry.data) for entry in open_till(folder).kept.entries]
    if not events:
        raise ValueError("没有离线记录 · there is no event to export")
    data = seal_journal(owner.county, owner.device, events, recipient=recipient)
    with to.open("xb") as file:
        file.write(data)
    print(f"{len(events)} 条，只有县里能打开 · {len(events)} events, which only the county can open: {to}")
    return 0


def _pull(folder: Path) -> int:
    about = json.loads((folder / ABOUT).read_text())
    key, kept = DeviceKey.load(folder / KEY), BriefingFile(folder / BRIEFING)
    owner = Owner(about["county"], UUID(about["device"]), key.point)
    try:
        held = pull_briefing(HttpLine(about["server"]), owner, key, read_clock(), kept.load())
    except (NoAnswer, NotTakenAsWhole, NotOurForm) as problem:
        print(f"离线资料没有更新 · what this till goes by was not renewed: {problem}", file=sys.stderr)
        return 1
    kept.save(held)
    found = briefing_of(held, owner)
    fen = sum(found.allowance.caps.values())
    print(
        f"离线额度 {fen / 100:.2f} 元，{len(found.terms)} 种券 · {fen / 100:.2f} yuan, {len(found.terms)} kinds offline"
    )
    for who, name in operators_of(held, owner).items():
        print(f"  {name} {who}")
    return 0
