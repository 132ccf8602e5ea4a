"""Public lists are compressed for whoever takes it, by the framework's route and by the quick one alike."""

import pytest

from backend.database.county import County
from backend.web.packing import takes_gzip
from tests.vouchers.campaigns import running_campaign
from tests.web.client import calling, serving

FEED = "/api/v1/campaigns"


async def test_a_list_is_compressed_and_says_the_same(county: County) -> None:
    await running_campaign(county)
    async with serving(county) as application, calling(application) as client:
        plain = await client.get(FEED, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        for _ in ("from the framework", "from memory"):
            small = await client.get(FEED, headers={"accept-encoding": "gzip, br"})
            assert small.headers["content-encoding"] == "gzip"
            assert int(small.headers["content-length"]) < len(plain.content) / 2
            assert small.headers["vary"] == plain.headers["vary"] == "accept-encoding"
            assert small.content == plain.content  # The client unpacks.


async def test_whoever_has_either_form_is_told_so_and_the_forms_are_not_mixed_up(county: County) -> None:
    await running_campaign(county)
    async with serving(county) as application, calling(application) as client:
        tags = [
            (await client.get(FEED, headers={"accept-encoding": coding})).headers["etag"]
            for coding in ("identity", "gzip")
        ]
        assert len(set(tags)) == 2
        for tag in tags:
            for coding in ("identity", "gzip"):
                headers = {"accept-encoding": coding, "if-none-match": tag}
                again = await client.get(FEED, headers=headers)
                assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


@pytest.mark.parametrize(
    ("said", "takes"),
    [
        (b"gzip", True),
        (b"br, GZip;q=0.5", True),
        (b"*", True),
        (b"gzip; q=0, *", False),
        (b"gzip;q=0.000", False),
        (b"br, deflate", False),
        (b"xgzip", False),
        (b"", False),
    ],
)
def test_what_is_said_of_codings_is_understood(said: bytes, takes: bool) -> None:
    assert takes_gzip([(b"host", b"county.example"), (b"accept-encoding", said)]) is takes
    assert not takes_gzip([])
