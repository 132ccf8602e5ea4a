"""What does a merchant do with a till's folder? ``python -m merchant_tools till enrol|status|push FOLDER``.

``enrol`` makes the till's key and id, once; both stay in the folder, and the office is told the id and the public half.
``status`` says what is not yet with the county, ``push`` sends it. Accepting itself is a call from the cash register's
own program:

    till = open_till(folder, briefing)
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

from merchant_tools.clock import read_clock
from merchant_tools.journal import Journal, SentinelFile
from merchant_tools.push_journal import HttpLine, NotTakenAsWhole, push_journal
from merchant_tools.sealing import DeviceKey
from merchant_tools.signed import TrustList, is_county
from merchant_tools.till import Till
from merchant_tools.till_state import Allowance, Briefing, Limits

ABOUT, KEY, JOURNAL, SENTINEL = "till.json", "key.pem", "journal.sqlite", "sentinel"


def open_till(folder: Path, briefing: Briefing) -> Till:
    """The till of a folder that ``enrol`` made. Raises ``OSError`` or ``ValueError`` where there is none."""
    about = json.loads((folder / ABOUT).read_text())
    return Till(
        about["county"],
        UUID(about["device"]),
        DeviceKey.load(folder / KEY),
        keeping=Journal(folder / JOURNAL),
        remembering=SentinelFile(folder / SENTINEL),
        briefing=briefing,
    )


def nothing_told(county: str) -> Briefing:
    """What a till knows that was told nothing: it accepts nothing, and sends what it has."""
    return Briefing(TrustList(county, 0, {}), Limits(number=0), Allowance(0, 0, {}), {}, {})


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
    for name, told in (("status", "查看未上传记录 · what is not sent yet"), ("push", "上传 · send it")):
        commands.add_parser(name, help=told).add_argument("folder", type=Path)
    asked = parser.parse_args(arguments)
    try:
        if asked.command == "enrol":
            return _enrol(asked.folder, asked.county, asked.server)
        return _status(asked.folder) if asked.command == "status" else _push(asked.folder)
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
    till = _opened(folder)
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
    till = _opened(folder)
    try:
        push_journal(till, HttpLine(server), read_clock, random.random, tries=3)
    except NotTakenAsWhole as problem:
        print(f"县里不接收，记录仍在本机 · the county does not take it; the journal stays: {problem}", file=sys.stderr)
    return _status(folder)


def _opened(folder: Path) -> Till:
    return open_till(folder, nothing_told(json.loads((folder / ABOUT).read_text())["county"]))
