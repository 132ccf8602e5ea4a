"""Pictures come from the county's own folder by their names, and nothing else does."""

from backend.database.county import County
from backend.web.media import find_picture


async def test_a_picture_is_found_by_its_key_and_width(county: County) -> None:
    folder = county.folder / "media"
    folder.mkdir()
    (folder / "spot-snow-mountain-720.webp").write_bytes(b"picture")
    found = await find_picture(county, "/media/spot-snow-mountain-720.webp")
    assert found is not None
    assert found.body == b"picture"
    assert dict(found.headers)[b"content-type"] == b"image/webp"


async def test_what_is_no_picture_of_the_county_is_not_found(county: County) -> None:
    (county.folder / "media").mkdir()
    for path in (
        "/media/spot-snow-mountain-360.webp",
        "/media/../keys.json",
        "/media/..%2fkeys.json",
        "/media/keys.json",
        "/media/",
        "/media/spot-720.webp/..",
        "/media/Spot-720.webp",
        "/media//etc/passwd-720.webp",
    ):
        assert await find_picture(county, path) is None
