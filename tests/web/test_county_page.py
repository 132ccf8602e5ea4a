"""Each county's pages say whose they are before any program has asked, and what is said there runs nothing."""

import json
import re
from typing import cast

from msgspec.structs import replace

from backend.database.county import County
from backend.web.county_page import with_county
from backend.web.pages import Served
from tests.databases import HandClock
from tests.web.client import calling, serving

HTML = ((b"content-type", b"text/html; charset=utf-8"),)
PAGE = Served(b"<html><head><title>x</title></head><body></head></body></html>", True, HTML, b'"1"')
SCRIPT = Served(b"</head>", False, ((b"content-type", b"text/javascript"),), b'"2"')


def facts_in(page: Served) -> dict[str, object]:
    found = re.search(rb'<script type="application/json" id="county">([^<]*)</script></head>', page.body)
    assert found is not None
    return cast("dict[str, object]", json.loads(found[1]))


async def test_a_page_says_what_the_county_answers_without_its_clock(county: County, clock: HandClock) -> None:
    async with serving(county) as application, calling(application) as client:
        answered = (await client.get("/api/v1/county")).json()
    page = with_county(PAGE, county)
    assert facts_in(page) == {name: told for name, told in answered.items() if name not in ("server_time", "unix_ms")}
    assert page.body.count(b'id="county"') == 1
    assert page.etag != PAGE.etag
    clock.forward(hours=9)
    assert with_county(PAGE, county) is page


async def test_what_is_said_cannot_end_the_data(county: County) -> None:
    county.entry = replace(county.entry, name_zh="</script><script>alert(1)</script>")
    assert facts_in(with_county(PAGE, county))["name_zh"] == "</script><script>alert(1)</script>"


def test_files_that_are_no_page_stay_as_they_are(county: County) -> None:
    assert with_county(SCRIPT, county) is SCRIPT
