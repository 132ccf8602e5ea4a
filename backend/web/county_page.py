"""Which county is this, for the head and the foot of every page?"""

from typing import Any

from litestar import Request, get
from litestar.handlers import BaseRouteHandler
from msgspec import Struct

from backend.kernel.instants import to_wire
from backend.kernel.signing import PublicKey
from backend.web.callers import PUBLIC, county_of
from backend.web.filings import filing_links


class FilingAnswer(Struct, frozen=True, kw_only=True):
    """One filing as it stands in every footer; `address` is the register's page, `null` where the number is odd."""

    text: str
    address: str | None


class CountyAnswer(Struct, frozen=True, kw_only=True):
    """The county's names, how to reach it, and whether everything here is 演示数据.

    `issuer_key` is the public key (a compressed point of P-256, in hexadecimal figures) that vouchers, clearing files
    and audit packs are signed with; `issuer_kid` is how they name it.
    """

    code: str
    name_zh: str
    name_en: str
    demonstration: bool
    help_phone: str
    icp_filing: str
    police_filing: str
    filings: list[FilingAnswer]
    colour: str
    issuer_kid: str
    issuer_key: str
    server_time: str
    unix_ms: int


@get("/api/v1/county", opt={"callers": PUBLIC}, tags=["status"], summary="This county", sync_to_thread=False)
def get_county(request: Request[Any, Any, Any]) -> CountyAnswer:
    """The county that the host name means, with its clock."""
    county = county_of(request)
    entry, now = county.entry, county.clock()
    return CountyAnswer(
        code=entry.code,
        name_zh=entry.name_zh,
        name_en=entry.name_en,
        demonstration=entry.demonstration,
        help_phone=entry.help_phone,
        icp_filing=entry.icp_filing,
        police_filing=entry.police_filing,
        filings=[
            FilingAnswer(text=text, address=address)
            for text, address in filing_links(entry.icp_filing, entry.police_filing)
        ],
        colour=entry.colour,
        issuer_kid=county.keys.issuer_kid,
        issuer_key=PublicKey(county.keys.issuer_private.public_key()).compressed.hex(),
        server_time=to_wire(now),
        unix_ms=int(now.timestamp() * 1000),
    )


COUNTY_ROUTES: list[BaseRouteHandler] = [get_county]
