"""``make run``: prepare the demonstration once, serve it, and say what to open and how to sign in."""

import argparse
import io
import os
from contextlib import AsyncExitStack
from pathlib import Path

import segno
import uvloop
from msgspec.structs import replace

from backend.app import Application
from backend.commands.code import present_code
from backend.commands.fitting import require_adapter, require_fitting
from backend.commands.lan import Behind, certify, own_address, shared_port
from backend.commands.listening import Door, free_door, serve_here
from backend.commands.opening import opened_counties
from backend.commands.seed import DEMONSTRATIONS, seed_counties
from backend.commands.table import table
from backend.commands.upgrade import bring_up_to_date
from backend.commands.words import Stop, say
from backend.database.registry import Counties
from backend.demonstration.county import read_county
from backend.demonstration.credentials import PASSWORD, TOTP_SECRET, sign_ins
from backend.settings import Settings, read_settings
from backend.web.arrivals import Arrivals

DATA = Path(__file__).resolve().parents[2] / "var" / "demo"
APPS = (
    ("居民 · Resident", "/"),
    ("驿站 · Station", "/station/"),
    ("商户 · Merchant", "/merchant/"),
    ("县办 · Office", "/office/"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen, and for whom."""
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="缺省 · default 8000")
    parser.add_argument("--lan", action="store_true", help="给同一网络的手机用（HTTPS） · for phones nearby (HTTPS)")
    parser.add_argument("--data", metavar="DIR", help="数据文件夹，缺省 var/demo · data folder; default var/demo")


def run(arguments: argparse.Namespace) -> int:
    """Prepare, serve, and go on until Ctrl-C or SIGTERM."""
    settings = read_settings(os.environ, data=arguments.data or os.environ.get("YIZHAN_DATA") or str(DATA))
    if settings.database_url is not None:
        raise Stop(
            "演示用 SQLite；要用 PostgreSQL 请分别运行 yizhan seed 和 yizhan serve。",
            "The demonstration runs on SQLite; for PostgreSQL run yizhan seed and yizhan serve.",
        )
    for one in DEMONSTRATIONS:
        require_adapter(settings, one.entry)
    if arguments.lan:
        # Phones come to our own port without a proxy between: whatever they say of forwarding is their own claim.
        settings = replace(settings, trusted_proxies=0)
    door = free_door("0.0.0.0" if arguments.lan else "127.0.0.1", arguments.port)  # noqa: S104 - asked for by --lan
    return uvloop.run(_demonstrate(settings, door, lan=arguments.lan))


async def _demonstrate(settings: Settings, door: Door, *, lan: bool) -> int:
    await seed_counties(settings)
    async with AsyncExitStack() as stack:
        counties = await stack.enter_async_context(opened_counties(settings))
        require_fitting(settings, counties)
        for county in counties.all:
            await bring_up_to_date(county)
        application = Application(settings, counties)
        if application.pages.missing:
            say(
                "页面还没有构建，只有接口可用：先运行 make setup",
                "the pages are not built, only the API answers: make setup",
            )
        if not lan:

            async def greet() -> None:
                _welcome(door.address, counties)
                _say_how_to_stop()

            return await serve_here(application, [door], greet)
        address = own_address()
        https = f"https://{address}:{door.port}/"
        authority = certify(settings.data / "lan", _names(address))
        secure, plain = free_door("127.0.0.1", 0), free_door("127.0.0.1", 0)
        secure = replace(secure, certificate=authority.certificate, certificate_key=authority.key)
        arrivals = Arrivals(application)
        behind = Behind(secure=secure, plain=plain, arrivals=arrivals)
        await stack.enter_async_context(shared_port(door, behind, authority, https))

        async def greet_lan() -> None:
            _welcome(https.rstrip("/"), counties)
            _say_how_to_trust(https, f"http://{address}:{door.port}/")
            say(f"本机也可打开 http://127.0.0.1:{door.port}/", "on this machine plain HTTP works too")
            _say_how_to_stop()

        return await serve_here(application, [secure, plain], greet_lan, entrance=arrivals)


def _names(address: str) -> list[str]:
    hosts = {host for one in DEMONSTRATIONS for host in one.entry.hosts}
    return sorted({address, "127.0.0.1", "localhost", *hosts})


def _welcome(address: str, counties: Counties) -> None:
    print()
    say("打开", "Open")
    print(table(("应用 · App", "地址 · Address"), [(name, f"{address}{path}") for name, path in APPS]))
    print()
    local = address.partition("://")[2].startswith("127.0.0.1")
    if local and len(counties.all) > 1:
        scheme, _, rest = address.partition("://")
        port = rest.rpartition(":")[2]
        for county in counties.all:
            host = county.entry.hosts[0]
            say(f"  {county.entry.name_zh} {scheme}://{host}:{port}/", county.entry.name_en)
        print()
    _say_sign_ins()


def _say_how_to_stop() -> None:
    say("按 Ctrl-C 停止", "Ctrl-C stops it")


def _say_sign_ins() -> None:
    say("登录（演示数据，账号公开）", "Sign-ins (demonstration data, published on purpose)")
    rows = [(f"{one.title.zh} · {one.title.en}", one.name, one.login, one.page) for one in sign_ins(read_county())]
    print(table(("身份 · Who", "姓名 · Name", "账号 · Login", "页面 · Page"), rows))
    code, seconds = present_code()
    print()
    say(
        "  居民：输入手机号，验证码显示在演示短信箱里",
        "residents: the code appears in the demonstration SMS box",
    )
    say(f"  工作人员：密码 {PASSWORD}", "staff: the password")
    say(f"  动态码：现在是 {code}（还有 {seconds} 秒）", f"second factor: the code right now, for {seconds} s")
    say("  以后的动态码：在另一个窗口运行 .venv/bin/yizhan code", "later codes: run it in another terminal")
    say(f"  或加进验证器应用：{TOTP_SECRET}", "or put this secret into an authenticator app")


def _say_how_to_trust(https: str, http: str) -> None:
    drawn = io.StringIO()
    segno.make(http, error="m").terminal(out=drawn, compact=True)
    print(drawn.getvalue())
    say(
        f"手机扫码打开 {http}，按页面提示信任证书，再打开 {https}",
        "scan it, trust the certificate as told, go on to https",
    )
