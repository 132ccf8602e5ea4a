"""How tests of settlement ask the county's desks over HTTP."""

from typing import Any
from uuid import UUID

from backend.database.county import County
from backend.database.transaction import inquire
from backend.kernel.actors import Role
from backend.merchants.find_accounts import FindAccounts, find_accounts
from tests.identity.sessions import staff_cookie
from tests.web.client import calling, serving


async def got(county: County, path: str, role: Role = Role.OFFICE, **of: Any) -> Any:
    """The answer to a question of the office, or of another role."""
    cookie = await staff_cookie(county, role, **of)
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        return await client.get(path)


async def told(county: County, path: str, body: dict[str, Any], role: Role = Role.OFFICE) -> Any:
    """The answer to an act of the office."""
    cookie = await staff_cookie(county, role)
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        return await client.post(path, json=body)


async def account_number(county: County, shop: UUID) -> str:
    found = await inquire(county, find_accounts, FindAccounts(merchant_id=shop, at=county.clock()))
    return found.accounts[0].number
