"""Invite an administrator from the machine itself, when nobody is left who could do so through the pages.

``yizhan staff invite --role system_admin --login LOGIN`` prints one link for one use within 72 hours. Whoever has the
data folder has the county anyway; that it was done stands in the audit trail.
"""

import argparse
import re

import uvloop

from backend.commands.acting import act
from backend.commands.opening import opened_county
from backend.commands.options import add_place
from backend.commands.words import Stop, say
from backend.identity.recover_administrator import RecoverAdministrator, recover_administrator
from backend.kernel.actors import ADMINISTRATORS, Role
from backend.kernel.refusals import Refused

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
NAME = re.compile(r"[^\x00-\x1f\x7f]{1,40}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``invite``."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="invite")
    inviting = acts.add_parser("invite", help="（重新）邀请一位管理员 · invite an administrator, again or as a new one")
    inviting.add_argument("--role", required=True, choices=sorted(ADMINISTRATORS), help="管理员身份 · which one")
    inviting.add_argument("--login", required=True, metavar="LOGIN", help="账号 · the account's login")
    inviting.add_argument("--name", metavar="姓名", help="新账号的姓名，账号不存在时填 · whose name, for a new account")
    add_place(inviting)


def run(arguments: argparse.Namespace) -> int:
    """Invite, and print the link once."""
    if LOGIN.fullmatch(arguments.login) is None:
        raise Stop("账号须为 3 到 40 个小写字母、数字或 . _ -。", "A login is 3 to 40 of a-z, 0-9, dot, _ and -.")
    if arguments.name is not None and NAME.fullmatch(arguments.name) is None:
        raise Stop("姓名须为一行、不超过 40 字。", "A name is one line of at most 40 signs.")
    uvloop.run(_invite(arguments))
    return 0


async def _invite(arguments: argparse.Namespace) -> None:
    command = RecoverAdministrator(role=Role(arguments.role), login=arguments.login, name=arguments.name)
    async with opened_county(arguments) as county:
        invited = await act(county, recover_administrator, command)
        if isinstance(invited, Refused):
            raise Stop(invited.reason.zh, invited.reason.en)
        say("邀请链接（72 小时内有效，只显示一次）", "the invitation: for 72 hours, shown once")
        print(f"    https://{county.entry.hosts[0]}/office/invitation#{invited.token}")
        say("已记入审计；此账号的其他登录都已结束", "it is on record, and every session of the account has ended")
