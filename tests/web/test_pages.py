"""Files reach the browser whole, compressed where that helps, once; a browser that has one is told so."""

import gzip
from pathlib import Path
from typing import Any, cast

import pytest
from litestar.types import HTTPScope

from backend.web.pages import Pages, Served, send_served


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    """A built PWA of four files."""
    for name, body in {
        "resident/index.html": b"<p>" * 400,
        "assets/app-1a2b.js": b"let a = 1;" * 400,
        "assets/resident-192-1a2b.png": b"icon" * 400,
        "small.txt": b"short",
        "picture.webp": b"webp" * 400,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(body)
    return Pages(tmp_path)


async def asked(served: Served | None, **headers: str) -> tuple[int, dict[bytes, bytes], bytes]:
    """What a GET of the file answers."""
    assert served is not None
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await send_served(cast(HTTPScope, cast(Any, {"method": "GET", "headers": told})), send, served)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.mark.parametrize("path", ["/", "/resident/", "/resident/wallet", "/assets/app-1a2b.js"])
async def test_text_is_compressed_for_whoever_reads_it_so_and_whole_for_others(pages: Pages, path: str) -> None:
    served = pages.find(path)
    _, headers, packed = await asked(served, accept_encoding="gzip, br")
    assert headers[b"content-encoding"] == b"gzip"
    assert headers[b"content-length"] == str(len(packed)).encode()
    _, plain_headers, body = await asked(served)
    assert b"content-encoding" not in plain_headers
    assert gzip.decompress(packed) == body
    assert len(packed) < len(body) / 4


@pytest.mark.parametrize("path", ["/small.txt", "/picture.webp"])
async def test_what_would_not_shrink_is_sent_as_it_is(pages: Pages, path: str) -> None:
    _, headers, body = await asked(pages.find(path), accept_encoding="gzip")
    assert b"content-encoding" not in headers
    assert headers[b"content-length"] == str(len(body)).encode()


async def test_a_browser_that_has_the_file_gets_nothing_more(pages: Pages) -> None:
    _, headers, _ = await asked(pages.find("/"))
    status, _, body = await asked(pages.find("/"), if_none_match=headers[b"etag"].decode(), accept_encoding="gzip")
    assert (status, body) == (304, b"")


async def test_hashed_files_are_kept_for_ever_and_pages_asked_about_each_time(pages: Pages) -> None:
    _, asset, _ = await asked(pages.find("/assets/app-1a2b.js"))
    _, page, _ = await asked(pages.find("/"))
    assert asset[b"cache-control"] == b"public, max-age=31536000, immutable"
    assert page[b"cache-control"] == b"no-cache"


def test_an_address_below_an_app_without_a_file_means_the_app_and_others_nothing(pages: Pages) -> None:
    assert pages.find("/resident/vouchers/1") is pages.find("/")
    assert pages.find("/resident/missing.js") is None
    assert pages.find("/api/v1/campaigns") is None


async def test_data_that_is_opened_as_a_page_has_an_icon_that_may_change(pages: Pages, tmp_path: Path) -> None:
    status, headers, body = await asked(pages.find("/favicon.ico"))
    assert (status, body, headers[b"content-type"]) == (200, b"icon" * 400, b"image/png")
    assert headers[b"cache-control"] == b"no-cache"
    assert Pages(tmp_path / "nothing").find("/favicon.ico") is None


async def test_a_page_stays_the_one_that_was_there_at_the_start_and_an_asset_comes_when_asked_for(
    pages: Pages, tmp_path: Path
) -> None:
    (tmp_path / "resident/index.html").write_bytes(b"<p>the next build's page")
    (tmp_path / "assets/app-1a2b.js").unlink()
    (tmp_path / "assets/app-9z9z.js").write_bytes(b"let b = 2;")
    _, _, page = await asked(pages.find("/resident/"))
    assert page == b"<p>" * 400
    assert pages.find("/assets/app-1a2b.js") is None
    assert pages.find("/assets/app-9z9z.js") is None
    assert pages.find("/assets/../assets/resident-192-1a2b.png") is None
    _, headers, icon = await asked(pages.find("/assets/resident-192-1a2b.png"))
    assert icon == b"icon" * 400
    (tmp_path / "assets/resident-192-1a2b.png").unlink()
    assert (await asked(pages.find("/assets/resident-192-1a2b.png")))[2] == icon
    assert headers[b"cache-control"].endswith(b"immutable")
