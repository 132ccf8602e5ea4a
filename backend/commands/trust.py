"""The server's half of a county's trust list: ask for one, put a signed one in force, change the issuing key.

The root key never comes here. A list is put in force only after somebody typed the root's fingerprint from paper once;
later lists have to be by the same root, and another root has to be named as one.
"""

import argparse
from base64 import b64decode
from datetime import timedelta
from pathlib import Path

import uvloop
from msgspec.structs import replace

from backend.commands.acting import act
from backend.commands.opening import opened_county
from backend.commands.options import add_place
from backend.commands.table import table
from backend.commands.words import Stop, say
from backend.database.county import County
from backend.database.keyring import FormerIssuer, NextIssuer, new_scalar, replace_keyring, write_secret
from backend.database.registry import KEYS
from backend.kernel.instants import business_day
from backend.kernel.refusals import Refused
from backend.kernel.root_handover import succeeds
from backend.kernel.root_key import fingerprint_of, root_fingerprint, same_fingerprint
from backend.kernel.signing import PublicKey, SigningKey
from backend.kernel.trust import IssuerKey, TrustList, instant_of, seconds_of
from backend.sync.note_trust import NoteIssuer, NoteList, note_issuer, note_list
from backend.sync.trust_rules import (
    HEARD_WITHIN,
    OUTLIVES,
    WARNED_BEFORE,
    Signed,
    carried_on,
    decide_install,
    fresh_kid,
    read_signed,
    request_of,
    written,
)
from backend.sync.trusted_list import installed_list, put_in_force, trusted_until
from backend.vouchers.issuer import FROM, UNTIL, trust_of

PAPERS_KEPT = timedelta(days=30 * 366)
"""So long accounting papers are kept (会计档案管理办法), and whoever reads one needs the key of its time."""
RESTARTED_WITHIN = timedelta(days=1)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``request``, ``install``, ``switch`` and ``show``."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="request | install | switch | show")
    asking = acts.add_parser("request", help="写出给离线机签的申请 · write what the root is to sign")
    asking.add_argument("--out", required=True, type=Path, metavar="FILE", help="申请文件 · the file to write")
    asking.add_argument("--new-key", action="store_true", help="同时生成下一把签发密钥 · with a next issuing key")
    installing = acts.add_parser("install", help="安装签好的名单 · put a signed list in force")
    installing.add_argument("list", type=Path, metavar="LIST", help="yizhan root sign 写出的文件 · its file")
    installing.add_argument("--root", metavar="FINGERPRINT", help="纸上的根密钥指纹，首次必填 · from paper, at first")
    installing.add_argument(
        "--replace-root", action="store_true", help="换根密钥，所有设备要重新登记 · another root; devices enrol anew"
    )
    switching = acts.add_parser("switch", help="启用下一把签发密钥 · issue with the next key from now on")
    switching.add_argument("--at-once", action="store_true", help="旧密钥已泄露，不等 · the old key is known to others")
    showing = acts.add_parser("show", help="显示名单和到期日 · show the list and when it ends")
    for one in (asking, installing, switching, showing):
        add_place(one)


def run(arguments: argparse.Namespace) -> int:
    """One of the four; ``show`` answers 1 where somebody has to do something."""
    return uvloop.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    async with opened_county(arguments) as county:
        if arguments.act == "show":
            return _show(county)
        if county.keys.file.root_key is not None:
            raise Stop(
                "演示县自己签名单，不用离线根密钥。", "A demonstration signs for itself and needs no offline root."
            )
        if arguments.act == "request":
            _request(county, arguments.out, new_key=arguments.new_key)
        elif arguments.act == "install":
            await _install(county, arguments)
        else:
            await _switch(county, at_once=arguments.at_once)
        return 0


def _request(county: County, out: Path, *, new_key: bool) -> None:
    if out.exists():
        raise Stop(f"{out} 已经存在，不会覆盖。", f"{out} is there already and is not replaced.")
    at, file = county.clock(), county.keys.file
    keys = [key for key in trust_of(county).keys if key.not_after + OUTLIVES > at]
    if new_key and file.next_issuer is None:
        taken = {key.kid for key in trust_of(county).keys}
        file = replace(file, next_issuer=NextIssuer(kid=fresh_kid(taken).hex(), key=new_scalar()))
        replace_keyring(county.folder / KEYS, file)
        county.keys.file = file
    if (coming := _next_issuer(county)) is not None:
        keys.append(coming)
    installed = installed_list(county)
    data = request_of(
        county=county.code,
        name=county.entry.name_zh,
        serial=0 if installed is None else installed[1].serial,
        keys=keys,
        at=at,
    )
    try:
        write_secret(out, data)
    except OSError as error:
        raise Stop(f"写不了 {out}：{error.strerror}", f"{out} cannot be written: {error.strerror}") from error
    say(f"申请在 {out}，共 {len(keys)} 把密钥", f"the request, {len(keys)} keys; carry it to the offline machine")
    say("申请的指纹，抄下来到离线机上核对", "the request's fingerprint, to be compared there")
    print(f"    {fingerprint_of(data)}")


async def _install(county: County, arguments: argparse.Namespace) -> None:
    try:
        data = arguments.list.read_bytes()
    except OSError as error:
        raise Stop(f"读不了 {arguments.list}：{error.strerror}", f"It cannot be read: {error.strerror}") from error
    signed = read_signed(data)
    if signed is None:
        raise Stop(f"{arguments.list} 不是签好的信任名单。", f"{arguments.list} is no signed trust list.")
    before = installed_list(county)
    own = bytes.fromhex(county.keys.issuer_kid)
    decided = decide_install(
        signed,
        county=county.code,
        issuer=IssuerKey(own, SigningKey(county.keys.issuer_private).public, FROM, UNTIL),
        before=None if before is None else before[1],
        root=_compared_root(signed, before, arguments, county.code),
        at=county.clock(),
    )
    if isinstance(decided, Refused):
        raise Stop(f"{decided.reason.zh}，没有安装。", f"{decided.reason.en}; nothing was changed.")
    kids = tuple(key.kid.hex() for key in decided.keys)
    await act(county, note_list, NoteList(serial=decided.serial, root=root_fingerprint(signed.root), kids=kids))
    _note_listed(county, decided)
    put_in_force(county, written(carried_on(signed, None if before is None else before[0])))
    say(f"已安装名单 {decided.serial}", "the list is in force; devices get it with their next word")
    _show(county)


def _compared_root(
    signed: Signed, before: tuple[Signed, TrustList] | None, told: argparse.Namespace, county_code: str
) -> PublicKey | None:
    """The root that somebody has compared with paper: once, and again for another one."""
    known = None if before is None else before[0].root
    if told.root is None:
        if known is None:
            raise Stop(
                "第一份名单要用 --root 填上纸上的根密钥指纹。",
                "The first list needs the root's fingerprint from paper: --root.",
            )
        return known
    if not same_fingerprint(told.root, root_fingerprint(signed.root)):
        return None
    if known is not None and succeeds(signed.root, pinned=known, handovers=signed.handovers, county=county_code):
        return known
    if known is not None and not told.replace_root:
        raise Stop(
            "这是另一把根密钥：已登记的设备都不认它，要重新登记。确实要换，加 --replace-root。",
            "This is another root: no device that is enrolled believes it, all enrol anew. To do so: --replace-root.",
        )
    return signed.root


def _note_listed(county: County, trust: TrustList) -> None:
    """Since when the next key can be known to devices."""
    file, coming = county.keys.file, _next_issuer(county)
    if file.next_issuer is None or coming is None or file.next_issuer.listed_at is not None:
        return
    named = trust.key(coming.kid)
    if named is not None and named.public == coming.public:
        listed = replace(file.next_issuer, listed_at=seconds_of(county.clock()))
        county.keys.file = replace(file, next_issuer=listed)
        replace_keyring(county.folder / KEYS, county.keys.file)


async def _switch(county: County, *, at_once: bool) -> None:
    file, at = county.keys.file, county.clock()
    coming = file.next_issuer
    if coming is None:
        raise Stop(
            "没有下一把密钥，先 yizhan trust request --new-key。", "There is no next key: request --new-key first."
        )
    if coming.listed_at is None:
        raise Stop(
            "名单里还没有下一把密钥，先签名、安装。",
            "No list in force names the next key: have one signed and install it.",
        )
    ready = instant_of(coming.listed_at) + HEARD_WITHIN
    if at < ready and not at_once:
        raise Stop(
            f"要等到 {business_day(ready)}，断网的设备才都认得新密钥；旧密钥已泄露时加 --at-once。",
            f"Wait until {business_day(ready)}: counters without a network do not know the new key before. "
            "If others have the old one: --at-once.",
        )
    former = FormerIssuer(
        kid=file.issuer_kid,
        point=SigningKey(county.keys.issuer_private).public.compressed.hex(),
        # Until it is restarted the server signs with the old one; a day later nothing of it is believed.
        ended_at=seconds_of(at if at_once else at + RESTARTED_WITHIN),
    )
    kept = tuple(one for one in file.former_issuers if instant_of(one.ended_at) + PAPERS_KEPT > at)
    changed = replace(
        file,
        issuer_kid=coming.kid,
        issuer_key=coming.key,
        next_issuer=None,
        former_issuers=(*kept, former),
    )
    await act(county, note_issuer, NoteIssuer(before=file.issuer_kid, now=coming.kid))
    replace_keyring(county.folder / KEYS, changed)
    say(f"现在用 {coming.kid} 签发，请重启 yizhan serve", f"{coming.kid} issues from now on: restart yizhan serve")
    say(
        "旧密钥的私钥已删除；再申请一份名单写明它何时结束",
        "the old private key is gone; ask for a list that says when it ended",
    )


def _show(county: County) -> int:
    at, until, given = county.clock(), trusted_until(county), installed_list(county)
    if county.keys.file.root_key is not None:
        say("演示县自己签名单", "a demonstration signs for itself")
        return 0
    if given is not None:
        signed, trust = given
        say(f"名单 {trust.serial}，根密钥指纹 {root_fingerprint(signed.root)}", "the list in force and its root")
        rows = [(key.kid.hex(), str(business_day(key.not_after)), _role(county, key.kid)) for key in trust.keys]
        print(table(("编号 · Id", "到 · Until", ""), rows))
    if until is None:
        say("没有认本县签发密钥的名单：柜台只能联网收券", "no list names the issuing key: counters work online only")
        return 1
    if until - WARNED_BEFORE <= at:
        say(f"名单到 {business_day(until)}，请尽快换新", "have a new list signed before then")
        return 1
    return 0


def _role(county: County, kid: bytes) -> str:
    coming = county.keys.file.next_issuer
    if kid.hex() == county.keys.issuer_kid:
        return "在用 · issues"
    return "下一把 · next" if coming is not None and coming.kid == kid.hex() else "已停用 · ended"


def _next_issuer(county: County) -> IssuerKey | None:
    coming = county.keys.file.next_issuer
    if coming is None:
        return None
    return IssuerKey(bytes.fromhex(coming.kid), SigningKey.from_scalar(b64decode(coming.key)).public, FROM, UNTIL)
