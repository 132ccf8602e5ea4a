"""A county's root key, on a machine that is never online: make it, sign with it, look at it.

``create`` writes one file that a passphrase opens and prints the fingerprint to write down. ``sign`` signs what the
server asked for (``yizhan trust request``) once people have compared its fingerprint. Nothing here needs a data folder.
"""

import argparse
from datetime import timedelta
from pathlib import Path

from backend.commands.passphrase import add_passphrase, passphrase_of
from backend.commands.table import table
from backend.commands.words import Stop, say
from backend.database.keyring import write_secret
from backend.kernel.instants import business_day, now
from backend.kernel.root_key import (
    LEAST_CHARACTERS,
    RootKeyProblem,
    county_of_root,
    fingerprint_of,
    opened_root,
    root_fingerprint,
    sealed_root,
)
from backend.kernel.signing import SigningKey
from backend.kernel.trust import county_number, instant_of, read_trust_list
from backend.sync.trust_rules import TrustRequest, read_request, read_signed, sign_request

YEAR = timedelta(days=365)
MOST_YEARS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``create``, ``sign`` and ``show``."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="create | sign | show")
    creating = acts.add_parser(
        "create", help="在离线机上生成根密钥 · make a root key on a machine that is never online"
    )
    creating.add_argument("--county", required=True, metavar="CODE", help="六位区划代码 · six-digit division code")
    creating.add_argument("--out", required=True, type=Path, metavar="FILE", help="写到哪里 · the file to write")
    signing = acts.add_parser("sign", help="签服务器的申请 · sign what the server asks for")
    signing.add_argument("request", type=Path, metavar="REQUEST", help="yizhan trust request 写出的文件 · its file")
    signing.add_argument("--out", required=True, type=Path, metavar="FILE", help="签好的名单 · the signed list")
    signing.add_argument("--years", type=int, default=2, help="有效几年，缺省 2，最多 5 · for how long; default 2")
    signing.add_argument(
        "--before", type=Path, metavar="FILE", help="换根密钥时：旧根密钥文件 · the old root's file, which hands over"
    )
    signing.add_argument(
        "--before-passphrase-file", type=Path, metavar="FILE", help="旧根密钥的口令文件 · the old passphrase, in a file"
    )
    showing = acts.add_parser("show", help="显示根密钥的指纹 · show the fingerprint of a root key")
    for one in (signing, showing):
        one.add_argument("--root", required=True, type=Path, metavar="FILE", help="根密钥文件 · the root key's file")
    for one in (creating, signing, showing):
        add_passphrase(one)


def run(arguments: argparse.Namespace) -> int:
    """One of the three."""
    if arguments.act == "create":
        _create(arguments)
    elif arguments.act == "sign":
        _sign(arguments)
    else:
        county, root = _opened(arguments)
        _tell_root(county, root)
    return 0


def _create(arguments: argparse.Namespace) -> None:
    try:
        county_number(arguments.county)
    except ValueError:
        raise Stop("区划代码是六位数字。", "A division code has six figures.") from None
    _require_free(arguments.out)
    passphrase = passphrase_of(arguments, again=True)
    if len(passphrase) < LEAST_CHARACTERS:
        raise Stop(
            f"口令至少 {LEAST_CHARACTERS} 个字符，没有生成。",
            f"A passphrase has at least {LEAST_CHARACTERS} characters; nothing was made.",
        )
    root = SigningKey.new()
    _write(arguments.out, sealed_root(root, arguments.county, passphrase))
    say(f"根密钥在 {arguments.out}，只有口令能打开", "the root key; only the passphrase opens it")
    _tell_root(arguments.county, root)
    say(
        "把指纹抄在纸上，两人签字；口令另外封存",
        "write the fingerprint on paper; keep the passphrase apart from the file",
    )
    say("这个文件拷到两个 U 盘分开存放，不要放到服务器上", "copy the file to two sticks; it never goes to the server")


def _sign(arguments: argparse.Namespace) -> None:
    if not 1 <= arguments.years <= MOST_YEARS:
        raise Stop(f"有效期是 1 到 {MOST_YEARS} 年。", f"A list lives for 1 to {MOST_YEARS} years.")
    _require_free(arguments.out)
    data = _bytes(arguments.request)
    request = read_request(data)
    if request is None:
        raise Stop(f"{arguments.request} 不是信任名单的申请。", f"{arguments.request} is no request for a trust list.")
    _tell_request(request, data)
    try:
        named = county_of_root(_bytes(arguments.root))
    except RootKeyProblem:
        raise Stop(f"{arguments.root} 不是根密钥。", f"{arguments.root} is no root key.") from None
    if named != request.county:
        raise Stop(
            f"申请来自 {request.county}，这是 {named} 的根密钥，没有签。",
            f"The request is from {request.county} and the root key is that of {named}; nothing was signed.",
        )
    county, root = _opened(arguments)
    before = _handing_over(arguments, county) if arguments.before else None
    if before is not None and before.public == root.public:
        raise Stop("--before 和 --root 是同一把根密钥。", "--before and --root are one and the same root key.")
    signed = sign_request(request, root=root, at=now(), lives=arguments.years * YEAR, before=before)
    _write(arguments.out, signed)
    _tell_list(signed, county)
    say(f"已签到 {arguments.out}；在服务器上 yizhan trust install", "signed; on the server: yizhan trust install")


def _opened(arguments: argparse.Namespace) -> tuple[str, SigningKey]:
    data = _bytes(arguments.root)
    try:
        county = county_of_root(data)
    except RootKeyProblem:
        raise Stop(f"{arguments.root} 不是根密钥。", f"{arguments.root} is no root key.") from None
    try:
        return county, opened_root(data, passphrase_of(arguments))
    except RootKeyProblem:
        raise Stop("口令不对，或文件坏了。", "The passphrase is wrong, or the file is damaged.") from None


def _handing_over(arguments: argparse.Namespace, county: str) -> SigningKey:
    """The old root, opened with its own passphrase."""
    say("旧根密钥移交给新根密钥，请输旧根密钥的口令", "the old root hands over: now its own passphrase")
    told = argparse.Namespace(root=arguments.before, passphrase_file=arguments.before_passphrase_file)
    named, before = _opened(told)
    if named != county:
        raise Stop(f"旧根密钥是 {named} 的，没有签。", f"The old root key is that of {named}; nothing was signed.")
    return before


def _tell_root(county: str, root: SigningKey) -> None:
    say(f"{county} 的根密钥指纹", "the root key's fingerprint")
    print(f"    {root_fingerprint(root.public)}")


def _tell_request(request: TrustRequest, data: bytes) -> None:
    say(f"{request.county} {request.name} 的申请", "asks for a trust list")
    rows = [
        (key.kid, key.point, "" if key.until is None else str(business_day(instant_of(key.until))))
        for key in request.keys
    ]
    print(table(("编号 · Id", "公钥 · Key", "到 · Until"), rows))
    say("申请的指纹，应与服务器上显示的一样", "the request's fingerprint; the server showed the same")
    print(f"    {fingerprint_of(data)}")


def _tell_list(data: bytes, county: str) -> None:
    signed = read_signed(data)
    assert signed is not None, "it was written just now"
    trust = read_trust_list(signed.data, root=signed.root, county=county)
    serial, issued = getattr(trust, "serial", 0), getattr(trust, "issued_at", now())
    say(f"名单 {serial}，签于 {business_day(issued)}", "the list's number and day; wrong day: put the clock right")


def _require_free(file: Path) -> None:
    if file.exists():
        raise Stop(f"{file} 已经存在，不会覆盖。", f"{file} is there already and is not replaced.")


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Stop(f"读不了 {file}：{error.strerror}", f"{file} cannot be read: {error.strerror}") from error


def _write(file: Path, content: bytes) -> None:
    try:
        write_secret(file, content)
    except OSError as error:
        raise Stop(f"写不了 {file}：{error.strerror}", f"{file} cannot be written: {error.strerror}") from error
