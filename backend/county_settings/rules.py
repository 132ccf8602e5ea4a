"""Which settings may a county have? Pure: what a register would write, and what eyes can read."""

import re
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.kernel.filings import ICP, POLICE
from backend.kernel.refusals import Reason, Refused

TEXT_LEAST = 4.5
"""WCAG 2.2, 1.4.3: contrast of text of ordinary size."""
PALE = 0.88
"""How much of the pale ground is white; the pages mix it in the same way."""
MOST_LOGO_BYTES = 2_000_000
MOST_LOGO_SIDE = 4_096
LEAST_LOGO_SIDE = 96
LOGO_SIDE = 192
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_PHONE = re.compile(r"[0-9][0-9-]{2,18}[0-9]")

Rgb = tuple[int, int, int]
WHITE: Rgb = (255, 255, 255)


class SettingsReason(Reason):
    """Why settings are not taken over."""

    SETTINGS_CHANGED = (
        "county-settings-changed",
        409,
        "别人刚改过县域设置，请重新打开本页，看过之后再改",
        "Somebody else has just changed the county's settings; open the page again and look before changing them",
    )
    COLOUR_UNREADABLE = (
        "colour-unreadable",
        409,
        "这个颜色太浅，白字放在上面看不清（对比度不到 4.5），请选深一些的颜色",
        "White letters cannot be read on this colour (contrast below 4.5): choose a darker one",
    )
    PHONE_ODD = (
        "help-phone-odd",
        409,
        "服务热线只写数字和短横，例如 0831-1234567",
        "A help phone has figures and hyphens only, as in 0831-1234567",
    )
    ICP_ODD = (
        "icp-filing-odd",
        409,
        "ICP 备案号要和备案系统里写的一样，例如 蜀ICP备2026000001号-1",
        "Write the ICP filing as the register does, as in 蜀ICP备2026000001号-1",
    )
    POLICE_ODD = (
        "police-filing-odd",
        409,
        "公安备案号要和备案系统里写的一样，例如 川公网安备51152700000001号",
        "Write the public security filing as the register does: province, fourteen digits and the sign at its end",
    )
    LOGO_UNREADABLE = (
        "logo-unreadable",
        409,
        "这个文件不是能打开的 PNG、JPEG 或 WebP 图片，请换一张",
        "This file is no PNG, JPEG or WebP picture that can be opened; choose another",
    )
    LOGO_TOO_LARGE = (
        "logo-too-large",
        409,
        "标志图片太大：文件不超过 2 MB，长和宽都不超过 4096 像素",
        "The picture is too large: at most 2 MB, and 4096 pixels a side",
    )
    LOGO_TOO_SMALL = (
        "logo-too-small",
        409,
        "标志图片太小，放大会模糊：长边至少 96 像素",
        "The picture is too small and would be blurred: its longer side needs 96 pixels",
    )


class CountySettings(Struct, frozen=True, kw_only=True):
    """What stands on every page; ``logo`` is the key of a picture, empty without one.

    And after how many minutes without a touch the county's devices ask for their passphrase again.
    """

    name_zh: str
    name_en: str
    colour: str
    help_phone: str
    icp_filing: str
    police_filing: str
    logo: str
    device_idle_minutes: int = 5


class Saved(Struct, frozen=True, kw_only=True):
    """Settings with their number; 0 is what the registry says, which nobody saved here."""

    number: int
    settings: CountySettings
    saved_at: datetime | None = None
    saved_by: UUID | None = None


class Logo(Struct, frozen=True, kw_only=True):
    """A sign that was drawn anew, under its own key, with the hash of the file it was made from."""

    key: str
    body: bytes
    sent_sha256: bytes


def faulty(told: CountySettings) -> Refused[SettingsReason] | None:
    """The first thing that cannot stand there; empty values are none."""
    if not readable(told.colour):
        return Refused(SettingsReason.COLOUR_UNREADABLE)
    if told.help_phone and not _PHONE.fullmatch(told.help_phone):
        return Refused(SettingsReason.PHONE_ODD)
    if told.icp_filing and not ICP.fullmatch(told.icp_filing):
        return Refused(SettingsReason.ICP_ODD)
    if told.police_filing and not POLICE.fullmatch(told.police_filing):
        return Refused(SettingsReason.POLICE_ODD)
    return None


def readable(colour: str) -> bool:
    """Whether white can be read on the colour, and the colour on its own pale ground; ``#rrggbb`` in small letters."""
    if not _COLOUR.fullmatch(colour):
        return False
    own: Rgb = (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))
    red, green, blue = (int(255 * PALE + part * (1 - PALE) + 0.5) for part in own)
    return min(contrast(own, WHITE), contrast(own, (red, green, blue))) >= TEXT_LEAST


def contrast(one: Rgb, other: Rgb) -> float:
    """The ratio of WCAG 2.2, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def changed(before: CountySettings, after: CountySettings) -> str:
    """What was changed, for the trail: nothing of it is anybody's own."""
    named = [(name, getattr(before, name), getattr(after, name)) for name in before.__struct_fields__]
    return "; ".join(f"{name}: {was or '-'} > {now or '-'}" for name, was, now in named if was != now)
