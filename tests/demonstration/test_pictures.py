"""Every picture of the county can be drawn, shows something, carries the mark and is the same every time."""

import re
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageStat

from backend.demonstration.county import read_county
from backend.demonstration.pictures import (
    AVIF,
    SCENES,
    WEBP,
    WIDTHS,
    Picture,
    draw,
    known_formats,
    mark_side,
    pictures,
    render,
)
from backend.demonstration.records import Text
from backend.demonstration.scenes.colours import PAPER
from backend.demonstration.scenes.mark import mark

ALL = pictures(read_county())


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


def picture(scene: str, key: str = "test-picture") -> Picture:
    return Picture(key=key, scene=scene, alt=Text("测试", "Test"))


def test_every_merchant_spot_specialty_and_campaign_has_one_picture_of_its_own() -> None:
    assert len(ALL) == 54 + 9 + 13 + 8
    assert len({one.key for one in ALL}) == len(ALL)
    assert all(re.fullmatch(r"(merchant|spot|specialty|campaign)-[a-z0-9-]+", one.key) for one in ALL)
    assert all(one.alt.zh.startswith("示意图：") and one.alt.en.startswith("Illustration: ") for one in ALL)


def test_every_scene_is_used_and_every_picture_names_a_scene() -> None:
    assert {one.scene for one in ALL} == set(SCENES)


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_shows_something_in_every_corner_of_the_sheet(scene: str) -> None:
    (small,) = render(picture(scene), widths=(360,))
    image = opened(small.data)
    assert image.size == (360, 240)
    assert len(set(image.resize((90, 60)).get_flattened_data())) > 200
    # Nine fields: none of them may be blank by accident, the whole must have contrast.
    assert sum(ImageStat.Stat(image).stddev) / 3 > 25
    fields = [image.crop((x, y, x + 120, y + 80)) for x in (0, 120, 240) for y in (0, 80, 160)]
    assert sum(sum(ImageStat.Stat(field).stddev) > 12 for field in fields) >= 7


def test_the_same_key_gives_the_same_bytes_and_another_key_another_picture() -> None:
    first = render(picture("tea_terraces"))
    assert first == render(picture("tea_terraces"))
    other = render(picture("tea_terraces", "another-picture"))
    assert all(one.data != two.data for one, two in zip(first, other, strict=True))


def test_no_two_pictures_of_the_county_are_alike() -> None:
    seen = [draw(one).reduce(24).tobytes() for one in ALL]
    assert len(set(seen)) == len(ALL)


def test_widths_and_formats_come_as_asked_with_names_that_tell_them() -> None:
    made = render(picture("hen"), formats=known_formats())
    assert [(one.width, one.height) for one in made if one.format == WEBP] == [(360, 240), (720, 480), (1080, 720)]
    assert {one.name for one in made if one.format == WEBP} == {f"test-picture-{width}.webp" for width in WIDTHS}
    assert AVIF in known_formats()
    for one in made:
        file = Image.open(BytesIO(one.data))
        assert (file.format, file.size) == (one.format.upper(), (one.width, one.height))
        assert len(one.data) < 80_000


@pytest.mark.parametrize("width", WIDTHS)
def test_the_mark_stands_readable_in_the_lower_right_corner(width: int) -> None:
    (made,) = render(picture("tea_cup"), widths=(width,))
    image, side = opened(made.data), mark_side(width)
    assert side >= 11
    ground, strokes = mark(side)
    left, top = image.width - ground.width - side // 2, image.height - ground.height - side // 2
    corner = image.crop((left, top, left + ground.width, top + ground.height)).convert("L")
    inked = strokes.point(lambda value: 255 if value > 250 else 0)
    plain = ImageChops.subtract(ground, strokes).point(lambda value: 255 if value == 255 else 0)
    (bright,), (dark,) = ImageStat.Stat(corner, inked).mean, ImageStat.Stat(corner, plain).mean
    assert bright - dark > 90
    assert bright > sum(PAPER) / 3 - 45


def test_the_mark_is_four_characters_of_strokes() -> None:
    _, strokes = mark(40)
    columns = [any(strokes.getpixel((x, y)) for y in range(strokes.height)) for x in range(strokes.width)]
    islands = sum(1 for before, now in zip([False, *columns], columns, strict=False) if now and not before)
    # 演 and 数 each have a gap between their halves; 据 has one too: never fewer than four groups of strokes.
    assert islands >= 4
