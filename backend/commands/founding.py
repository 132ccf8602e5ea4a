"""What does adding a county need, with or without its places: an entry, room for it, and three people to invite?"""

import argparse
import re
from collections.abc import Sequence

from msgspec import Struct

from backend.commands.words import Stop, say
from backend.database.county import CountyEntry
from backend.database.registry import read_registry
from backend.identity.invite_staff import Founder, Invited
from backend.kernel.actors import Role
from backend.merchants.credit_code import UNASSIGNABLE_PROVINCE
from backend.settings import Settings

_CODE = re.compile(r"[1-9][0-9]{5}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")


class _Administrator(Struct, frozen=True):
    role: Role
    zh: str
    en: str


ADMINISTRATORS = (
    _Administrator(Role.SYSTEM_ADMIN, "系统管理员", "system administrator"),
    _Administrator(Role.SECURITY_ADMIN, "安全管理员", "security administrator"),
    _Administrator(Role.AUDITOR, "审计员", "auditor"),
)


def add_names(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """``--host``, and what the county is called."""
    parser.add_argument(
        "--host", action="append", required=required, metavar="NAME", help="域名，可多个 · may be repeated"
    )
    parser.add_argument("--name-zh", metavar="名称", help="中文名称 · Chinese name")
    parser.add_argument("--name-en", metavar="NAME", help="英文名称 · English name")


def entry_of(arguments: argparse.Namespace) -> CountyEntry:
    """The line of the registry that the flags tell of; raises ``Stop``."""
    code, hosts = arguments.code, tuple(host.lower() for host in arguments.host)
    if not _CODE.fullmatch(code) or code.startswith(UNASSIGNABLE_PROVINCE):
        raise Stop(
            f"{code} 不是区划代码：请写六位数字（59 开头的留给演示县）。",
            f"{code} is no division code: give six digits (those beginning with 59 are for demonstrations).",
        )
    for host in hosts:
        if not _HOST.fullmatch(host) or len(host) > 253:
            raise Stop(f"--host {host} 不是域名。", f"--host {host} is no host name.")
    return CountyEntry(
        code=code,
        name_zh=arguments.name_zh or f"{code} 县",
        name_en=arguments.name_en or f"County {code}",
        hosts=hosts,
        place=f"c{code}",
    )


def require_room(settings: Settings, entry: CountyEntry) -> None:
    """Raises ``Stop`` where this county, its host or a demonstration is there already."""
    for other in read_registry(settings.data):
        if other.demonstration:
            raise Stop(
                f"{settings.data} 里有演示县，真实的县请另用一个文件夹（yizhan init）。",
                f"{settings.data} holds a demonstration county; give real ones a folder of their own (yizhan init).",
            )
        if other.code == entry.code:
            raise Stop(f"{entry.code} 已经在了。", f"{entry.code} is there already.")
        if taken := set(other.hosts) & set(entry.hosts):
            host = min(taken)
            raise Stop(f"域名 {host} 已属于{other.name_zh}。", f"Host {host} leads to {other.name_en} already.")


def tell_invitations(entry: CountyEntry, invited: Sequence[Invited]) -> None:
    """Print the three links, once."""
    say(
        "三位管理员的邀请（72 小时内有效，只显示一次，请交给三个人）",
        "three invitations, for three people, shown once",
    )
    for one, invitation in zip(ADMINISTRATORS, invited, strict=True):
        say(f"  {one.zh}（{login_of(one)}）", f"{one.en}")
        print(f"    https://{entry.hosts[0]}/office/invitation#{invitation.token}")


def founders() -> tuple[Founder, ...]:
    """The three people whom a new county invites."""
    return tuple(Founder(role=one.role, login=login_of(one), name=one.zh) for one in ADMINISTRATORS)


def login_of(one: _Administrator) -> str:
    """The login of the first administrator of a kind."""
    return one.role.value.replace("_", "-")
