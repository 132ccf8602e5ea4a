"""Make a machine's bearer key and print it, once: it is stored as a hash and cannot be shown again."""

import argparse
import sys
from uuid import UUID

import uvloop

from backend.commands.acting import act
from backend.commands.opening import opened_county
from backend.commands.options import add_place
from backend.commands.words import Stop, complain
from backend.database.county import County
from backend.database.transaction import inquire
from backend.identity.make_machine_key import MadeKey, MakeMachineKey, make_machine_key
from backend.kernel.actors import MACHINE_ROLES, Role
from backend.merchants.find_merchants import FindMerchants, find_merchant, find_merchants


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the key may do, and for whom."""
    add_place(parser)
    parser.add_argument("--role", required=True, choices=sorted(MACHINE_ROLES), help="用途 · what it may do")
    parser.add_argument("--merchant", type=UUID, metavar="ID", help="pos 属于哪家商户 · whose till a pos key is for")
    parser.add_argument("--name", default="命令行 · command line", help="名称 · what people call it")


def run(arguments: argparse.Namespace) -> int:
    """Make it; the key goes to standard output, everything else to standard error."""
    sys.stdout.write(uvloop.run(_make(arguments)) + "\n")
    complain("只显示这一次，请妥善保管。", "Shown this once only; keep it safe.")
    return 0


async def _make(arguments: argparse.Namespace) -> str:
    role = Role(arguments.role)
    async with opened_county(arguments) as county:
        merchant_id = await _merchant(county, arguments.merchant) if role is Role.POS else None
        made = await act(
            county, make_machine_key, MakeMachineKey(name=arguments.name, role=role, merchant_id=merchant_id)
        )
        if not isinstance(made, MadeKey):
            raise Stop(made.reason.zh, made.reason.en)
        return made.key


async def _merchant(county: County, wanted: UUID | None) -> UUID:
    if wanted is not None:
        if await inquire(county, find_merchant, wanted) is None:
            raise Stop(f"没有编号 {wanted} 的商户。", f"There is no merchant {wanted}.")
        return wanted
    first = await inquire(county, find_merchants, FindMerchants(most=1)) if county.demonstration else []
    if not first:
        raise Stop("请用 --merchant 指明是哪家商户的收银机。", "Say whose till it is: --merchant ID.")
    return first[0].id
