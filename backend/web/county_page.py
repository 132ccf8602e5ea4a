"""Which county is this, for the head and the foot of every page?

The page itself says it too: the mark 演示数据 and the county's name stand there with the first letters, and nothing
moves when the program asks again.
"""

from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from litestar import Request, get
from litestar.handlers import BaseRouteHandler
from msgspec import Struct
from msgspec.structs import asdict

from backend.database.county import County, CountyEntry
from backend.kernel.filings import filing_links
from backend.kernel.instants import Instant, to_wire
from backend.kernel.signing import PublicKey
from backend.web.callers import PUBLIC, county_of
from backend.web.pages import Served, is_page


class FilingAnswer(Struct, frozen=True, kw_only=True):
    """One filing as it stands in every footer; `address` is the register's page, `null` where the number is odd."""

    text: str
    address: str | None


class CountyAnswer(Struct, frozen=True, kw_only=True):
    """The county's names, how to reach it, and whether everything here is 演示数据.

    `logo` is the key of the county's own sign among its pictures (`/media/<key>-192.webp`), empty where it has none.

    `issuer_key` is the public key (a compressed point of P-256, in hexadecimal figures) that vouchers, clearing files
    and audit packs are signed with; `issuer_kid` is how they name it. `former_issuer_keys` are those before it: with
    them the files of their time are signed.
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
    logo: str
    issuer_kid: str
    issuer_key: str
    former_issuer_keys: list[str]
    server_time: str
    unix_ms: int


@get("/api/v1/county", opt={"callers": PUBLIC}, tags=["status"], summary="This county", sync_to_thread=False)
def get_county(request: Request[Any, Any, Any]) -> CountyAnswer:
    """The county that the host name means, with its clock."""
    county = county_of(request)
    return _told(county, county.clock())


def _told(county: County, now: Instant) -> CountyAnswer:
    entry = county.entry
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
        logo=entry.logo,
        issuer_kid=county.keys.issuer_kid,
        issuer_key=PublicKey(county.keys.issuer_private.public_key()).compressed.hex(),
        former_issuer_keys=[one.point for one in county.keys.file.former_issuers],
        server_time=to_wire(now),
        unix_ms=int(now.timestamp() * 1000),
    )


CLOCK = ("server_time", "unix_ms")
"""Left out of pages, which are kept longer than a moment."""
_HEAD_ENDS = b"</head>"
_with_county: WeakKeyDictionary[County, dict[bytes, tuple[CountyEntry, Served]]] = WeakKeyDictionary()


def with_county(found: Served, county: County) -> Served:
    """A page of the apps with the county in it, as data that runs nothing; anything else as it is."""
    if not is_page(found):
        return found
    kept = _with_county.setdefault(county, {})
    if found.etag not in kept or kept[found.etag][0] is not county.entry:
        told = asdict(_told(county, county.clock()))
        facts = {
            name: value for name, value in told.items() if name not in CLOCK
        }  # A page is kept longer than a moment.
        # What stands in a page's data must not be able to end it.
        data = msgspec.json.encode(facts).replace(b"<", b"\\u003c")
        tag = b'<script type="application/json" id="county">' + data + b"</script>"
        told_page = found.rewritten(found.body.replace(_HEAD_ENDS, tag + _HEAD_ENDS, 1))
        kept[found.etag] = (county.entry, told_page)
    return kept[found.etag][1]


COUNTY_ROUTES: list[BaseRouteHandler] = [get_county]
