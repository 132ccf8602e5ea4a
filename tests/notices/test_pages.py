"""The notice as a page: plain HTML that works anywhere, in two languages, and that no title can break out of."""

import gzip
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import httpx
from msgspec.structs import replace

from backend.database.county import County
from backend.database.registry import open_counties, register
from backend.database.transaction import transact
from backend.kernel.ids import new_id
from backend.merchants.publish_call import PublishCall, publish_call
from backend.notices.kept import kept_notice
from backend.vouchers.desk_rules import KindPlan
from tests.databases import ENTRY
from tests.merchants.call_makers import rules
from tests.merchants.merchant_makers import CLERK, admission, admitted, with_places
from tests.notices.makers import HOSTILE, drafted, plan, published
from tests.vouchers.campaigns import terms
from tests.web.client import BASE, calling, serving

MOST_BYTES = 30_000


class Read(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.told: dict[str, str | None] = {}
        self.addresses: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        self.addresses += [found[name] or "" for name in ("href", "src") if name in found]
        self.addresses += [part.split()[0] for part in (found.get("srcset") or "").split(", ") if part]
        if tag == "html":
            self.told |= found
        if tag == "meta" and (name := found.get("property") or found.get("name")):
            self.told[name] = found.get("content")
        assert not [name for name in found if name.startswith("on") or name == "style"]

    def handle_data(self, data: str) -> None:
        self.text += data


async def read(client: httpx.AsyncClient, path: str) -> Read:
    answer = await client.get(path)
    assert answer.status_code == 200, path
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert len(answer.content) <= MOST_BYTES
    found = Read(answer.text)
    assert not {"script", "style", "iframe", "form"} & set(found.tags)
    assert not [one for one in found.addresses if not re.match(r"/(?!/)|#|\?|tel:", one)]
    return found


async def test_a_campaign_has_a_page_in_both_languages_and_two_sizes(county: County) -> None:
    campaign_id = await published(county, picture="campaign-county")
    async with serving(county) as application, calling(application, checked=False) as client:
        path = f"/notice/campaigns/{campaign_id}"
        page = await read(client, path)
        assert (page.told["lang"], page.told["data-text"]) == ("zh-CN", "standard")
        assert page.told["og:title"] == "惠民券：信息公开"
        assert page.told["og:description"] == page.told["description"] == "第一行 第二行"
        assert page.told["og:image"] == f"{BASE}/media/campaign-county-720.webp"
        assert page.told["og:url"] == f"{BASE}{path}"
        for words in (
            "筠商公告〔2026〕3号",
            "0831-7710000",
            "例：消费 199.99 元，不可用。",
            "演示数据",
            "财政资金（元）",
        ):
            assert words in page.text
        english = await read(client, f"{path}?lang=en&text=elder")
        assert (english.told["lang"], english.told["data-text"]) == ("en", "elder")
        assert "Vouchers: public notice" in english.text
        assert f"{path}?lang=en" in english.addresses
        assert f"{path}?text=elder" in english.addresses
        assert "/notice/?lang=en&text=elder" in english.addresses


async def test_all_pages_lead_to_each_other_and_to_nobody_else(county: County) -> None:
    await with_places(county)
    campaign_id, call_id = await published(county), new_id()
    await transact(county, publish_call, PublishCall(actor=CLERK, call_id=call_id, rules=rules()))
    draft_id = await drafted(county)
    async with serving(county) as application, calling(application, checked=False) as client:
        listed = await read(client, "/notice/")
        assert {f"/notice/campaigns/{campaign_id}", f"/notice/merchant-calls/{call_id}"} <= set(listed.addresses)
        assert str(draft_id) not in " ".join(listed.addresses)
        call = await read(client, f"/notice/merchant-calls/{call_id}")
        assert rules().title_zh in call.text
        for address in {one for one in listed.addresses if one.startswith("/notice")}:
            assert (await client.get(address)).status_code == 200, address
        style = next(one for one in listed.addresses if "notice.css" in one)
        sheet = await client.get(style)
        assert sheet.headers["content-type"] == "text/css; charset=utf-8"
        assert "url(" not in sheet.text
        assert "@import" not in sheet.text


async def test_what_is_not_there_says_so_as_a_page(county: County) -> None:
    draft_id = await drafted(county)
    async with serving(county) as application, calling(application, checked=False) as client:
        for path in (
            *(f"/notice/campaigns/{draft_id}", f"/notice/campaigns/{new_id()}", "/notice/campaigns/x", "/notice/x"),
            *(f"/notice/merchant-calls/{new_id()}", f"/notice/campaigns/{{{draft_id}}}"),
        ):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8"), path
            assert "没有这个公开信息" in answer.text
            assert answer.headers["cache-control"] == "no-store"
        assert (await client.post("/notice/", json={})).status_code == 404
        assert (await client.get("/noticeboard")).headers["content-type"] == "application/problem+json"


async def test_no_title_breaks_out_of_its_page(county: County) -> None:
    hostile = KindPlan(code="dining-50", name_zh=HOSTILE, name_en=HOSTILE, terms=terms(), cap_pieces=10)
    [planned] = plan(county).rounds
    words = dict.fromkeys(("title_zh", "title_en", "summary_zh", "summary_en", "notice_no", "department"), HOSTILE)
    campaign_id = await published(
        county, **words, kinds=(hostile,), rounds=(replace(planned, name_zh=HOSTILE, name_en=HOSTILE),)
    )
    await with_places(county)
    await admitted(county, admission(name='<b onclick="x">豆花</b>'))
    call_id = new_id()
    spoiled = replace(rules(), title_zh=HOSTILE, title_en=HOSTILE, text_zh=HOSTILE, document_no=HOSTILE)
    await transact(county, publish_call, PublishCall(actor=CLERK, call_id=call_id, rules=spoiled))
    async with serving(county) as application, calling(application, checked=False) as client:
        for path in ("/notice/", f"/notice/campaigns/{campaign_id}", f"/notice/merchant-calls/{call_id}"):
            for query in ("", "?lang=en", '?lang=en&text="><script>alert(1)</script>&merchants=-1'):
                page = await read(client, path + query)
                assert "<script>alert(1)</script><img src=x onerror=alert(1)>&amp;{{7*7}}" in page.text
                assert "\u202e" not in page.text
                assert "b" not in page.tags
        crooked = await client.get("/notice/", headers={"host": 'junlian.localhost"><script>'})
        assert "<script>" not in crooked.text


async def test_long_names_keep_to_the_page(county: County) -> None:
    campaign_id = await published(county, title_zh="惠" * 80, title_en="Very" * 40, summary_zh="长" * 2_000)
    async with serving(county) as application, calling(application, checked=False) as client:
        page = await read(client, f"/notice/campaigns/{campaign_id}")
        assert page.told["og:description"] == "长" * 120


async def test_merchants_come_page_by_page(county: County) -> None:
    await with_places(county)
    for number in range(1, 43):
        await admitted(county, admission(order=number, name=f"小店{number:03d}"))
    campaign_id = await published(county)
    async with serving(county) as application, calling(application, checked=False) as client:
        path = f"/notice/campaigns/{campaign_id}"
        first, second = await read(client, path), await read(client, f"{path}?merchants=2")
        assert f"{path}?merchants=2" in first.addresses
        assert "参加活动的商户（42 家）" in first.text
        shown = [set(re.findall(r"小店\d+", page.text)) for page in (first, second)]
        assert (len(shown[0]), len(shown[1]), shown[0] & shown[1]) == (40, 2, set())
        assert f"{path}?merchants=1" in second.addresses
        for odd in ("0", "x", "99999", "9" * 50):
            await read(client, f"{path}?merchants={odd}")


async def test_a_browser_that_has_the_page_is_not_sent_it_again(county: County) -> None:
    campaign_id = await published(county)
    async with serving(county) as application, calling(application, checked=False) as client:
        for path in ("/notice/", f"/notice/campaigns/{campaign_id}"):
            answer = await client.get(path, headers={"accept-encoding": "gzip"})
            assert answer.headers["content-encoding"] == "gzip"
            again = await client.get(path, headers={"if-none-match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
            assert len(gzip.compress(answer.content)) < MOST_BYTES // 3


async def test_the_page_needs_no_secure_connection(county: County) -> None:
    """Whoever looks at a notice on an old phone gets it over plain HTTP too: it asks for nothing and keeps nothing."""
    async with serving(county) as application, calling(application, base="http://192.168.1.7", checked=False) as client:
        assert "信息公开" in (await client.get("/notice/")).text


async def test_a_database_that_is_away_is_told_as_a_page(database_kind: str, tmp_path: Path) -> None:
    folder = register(tmp_path, ENTRY)
    counties = open_counties(tmp_path, None if database_kind == "sqlite" else "postgresql://nobody@127.0.0.1:9/none")
    shutil.rmtree(folder)
    async with serving(*counties.all) as application, calling(application, checked=False) as client:
        for path in ("/notice/", f"/notice/campaigns/{UUID(int=7)}"):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
            assert "系统正在维护" in answer.text
    await counties.close()


async def test_many_visitors_have_the_figures_added_up_once(county: County) -> None:
    campaign_id = await published(county)
    async with serving(county) as application, calling(application, checked=False) as client:
        first = (await client.get(f"/notice/campaigns/{campaign_id}")).text
        kept = await kept_notice(county, campaign_id)
        for _ in range(20):
            assert (await client.get(f"/notice/campaigns/{campaign_id}")).text == first
        assert await kept_notice(county, campaign_id) is kept
    assert await kept_notice(county, new_id()) is None
