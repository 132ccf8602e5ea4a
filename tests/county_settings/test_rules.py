"""What can be read stands; a sign is drawn anew from bytes that may be anything."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image

from backend.county_settings.draw_logo import draw_logo
from backend.county_settings.rules import (
    MOST_LOGO_BYTES,
    CountySettings,
    Logo,
    SettingsReason,
    changed,
    contrast,
    faulty,
    readable,
)
from backend.kernel.refusals import Refused
from tests.county_settings.pictures import SVG, bomb, picture

GOOD = CountySettings(
    name_zh="筠连县",
    name_en="Junlian",
    colour="#0b6b4f",
    help_phone="0831-7710000",
    icp_filing="蜀ICP备2026000001号-1",
    police_filing="川公网安备51152700000001号",
    logo="",
)


@pytest.mark.parametrize(
    ("colour", "good"),
    [
        ("#0b6b4f", True),
        ("#1b568f", True),
        ("#000000", True),
        ("#ffffff", False),
        ("#767676", False),
        ("#ffd700", False),
        ("0b6b4f", False),
        ("#0B6B4F", False),
        ("#0b6b4", False),
        ("red", False),
        ("#0b6b4f\n", False),
    ],
)
def test_a_colour_is_taken_where_white_and_its_own_pale_ground_leave_it_readable(colour: str, good: bool) -> None:
    assert readable(colour) is good
    assert faulty(replace(GOOD, colour=colour)) == (None if good else Refused(SettingsReason.COLOUR_UNREADABLE))


def test_contrast_is_that_of_the_norm() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("help_phone", "call us", SettingsReason.PHONE_ODD),
        ("icp_filing", "ICP备2026000001号", SettingsReason.ICP_ODD),
        ("police_filing", "川公网安备5115270000000号", SettingsReason.POLICE_ODD),
    ],
)
def test_what_no_register_would_write_is_refused_and_nothing_at_all_is_not(
    field: str, value: str, reason: SettingsReason
) -> None:
    assert faulty(GOOD) is None
    assert faulty(replace(GOOD, **{field: ""})) is None
    assert faulty(replace(GOOD, **{field: value})) == Refused(reason)


def test_the_trail_is_told_what_was_changed_and_nothing_else() -> None:
    assert changed(GOOD, GOOD) == ""
    assert changed(GOOD, replace(GOOD, help_phone="", colour="#1b568f")) == (
        "colour: #0b6b4f > #1b568f; help_phone: 0831-7710000 > -"
    )


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_square_sign_without_a_word_of_its_file(form: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    drawn = draw_logo(picture(form, exif=exif))
    assert isinstance(drawn, Logo)
    assert b"secret" not in drawn.body
    with Image.open(BytesIO(drawn.body)) as image:
        image.load()
        assert (image.format, image.size, dict(image.getexif())) == ("WEBP", (192, 192), {})
        # What the picture does not fill is left clear; its middle has its colour.
        assert image.convert("RGBA").getpixel((96, 4)) == (0, 0, 0, 0)
        red, green, blue, alpha = image.convert("RGBA").crop((96, 96, 97, 97)).tobytes()
    assert (abs(red - 11) < 6, abs(green - 107) < 6, abs(blue - 82) < 6, alpha) == (True, True, True, 255)
    assert draw_logo(picture(form, exif=exif)) == drawn


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"", SettingsReason.LOGO_UNREADABLE),
        (SVG, SettingsReason.LOGO_UNREADABLE),
        (b"<!doctype html><script>alert(1)</script>", SettingsReason.LOGO_UNREADABLE),
        (picture("GIF"), SettingsReason.LOGO_UNREADABLE),
        (picture("TIFF"), SettingsReason.LOGO_UNREADABLE),
        (picture()[:-40], SettingsReason.LOGO_UNREADABLE),
        (picture("JPEG")[:300], SettingsReason.LOGO_UNREADABLE),
        (picture(size=(95, 20)), SettingsReason.LOGO_TOO_SMALL),
        (picture(size=(4_097, 10)), SettingsReason.LOGO_TOO_LARGE),
        (bomb(), SettingsReason.LOGO_TOO_LARGE),
        (bytes(MOST_LOGO_BYTES + 1), SettingsReason.LOGO_TOO_LARGE),
    ],
)
def test_what_is_no_picture_of_its_size_is_refused(sent: bytes, reason: SettingsReason) -> None:
    assert draw_logo(sent) == Refused(reason)


@settings(max_examples=30)
@given(at=st.integers(0, 4_000), put=st.binary(min_size=1, max_size=8), form=st.sampled_from(["PNG", "JPEG", "WEBP"]))
def test_a_forged_picture_is_drawn_or_refused_and_never_a_fault(at: int, put: bytes, form: str) -> None:
    whole = picture(form)
    at %= len(whole)
    drawn = draw_logo(whole[:at] + put + whole[at + len(put) :])
    assert isinstance(drawn, Logo) or drawn.reason in SettingsReason


def test_a_photograph_as_a_sign_stays_small() -> None:
    noise = Image.effect_noise((800, 800), 90).convert("RGB")
    file = BytesIO()
    noise.save(file, "JPEG")
    drawn = draw_logo(file.getvalue())
    assert isinstance(drawn, Logo)
    assert len(drawn.body) < 60_000
