"""What the county's settings look like on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.county_settings.rules import CountySettings, Saved, SettingsReason
from backend.kernel.refusals import Reason
from backend.web.mends import told
from backend.web.texts import MAYBE_ONE_LINE, Name, NameEn

Colour = Annotated[
    str,
    Meta(
        max_length=7,
        pattern=told(r"^#[0-9a-f]{6}$(?!\n)", "颜色写成 # 加六位，例如 #0b6b4f / a colour is # and six signs: #0b6b4f"),
    ),
]
ShortText = Annotated[str, Meta(max_length=20, pattern=MAYBE_ONE_LINE)]
FilingText = Annotated[str, Meta(max_length=40, pattern=MAYBE_ONE_LINE)]
MOST_SENT_BYTES = 3_000_000
"""More than a sign may have, so that one a little too large is told how large it may be."""
IdleMinutes = Annotated[
    int,
    Meta(ge=1, le=60, description="After so many minutes without a touch a device asks for its passphrase again."),
]
Number = Annotated[int, Meta(ge=0, le=2_000_000_000)]

FIELD_OF: dict[Reason, str] = {
    SettingsReason.COLOUR_UNREADABLE: "/colour",
    SettingsReason.PHONE_ODD: "/help_phone",
    SettingsReason.ICP_ODD: "/icp_filing",
    SettingsReason.POLICE_ODD: "/police_filing",
    SettingsReason.LOGO_UNREADABLE: "/logo",
    SettingsReason.LOGO_TOO_LARGE: "/logo",
    SettingsReason.LOGO_TOO_SMALL: "/logo",
}


class SettingsBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings; `change_id` is made by the caller, `based_on` is the number of the settings that were looked at.

    `logo` is a PNG, JPEG or WebP file in base64, drawn anew here; without one the sign stays, unless `drop_logo`.
    It is never the national emblem (国徽).
    """

    change_id: UUID
    based_on: Number
    name_zh: Name
    name_en: NameEn
    colour: Colour
    help_phone: ShortText
    icp_filing: FilingText
    police_filing: FilingText
    device_idle_minutes: IdleMinutes
    logo: Annotated[bytes, Meta(max_length=MOST_SENT_BYTES)] | None = None
    drop_logo: bool = False


class SettingsAnswer(Struct, frozen=True, kw_only=True):
    """The settings in force with their number, 0 where nobody has changed any yet."""

    number: int
    name_zh: str
    name_en: str
    colour: str
    help_phone: str
    icp_filing: str
    police_filing: str
    logo: str
    device_idle_minutes: int
    saved_at: datetime | None


class SettingsSavedAnswer(Struct, frozen=True, kw_only=True):
    """They are shown from now on, in every app that is opened or loaded again."""

    number: int
    logo: str


def settings_of(body: SettingsBody) -> CountySettings:
    """What is to be shown; the sign comes apart."""
    return CountySettings(
        name_zh=body.name_zh,
        name_en=body.name_en,
        colour=body.colour,
        help_phone=body.help_phone,
        icp_filing=body.icp_filing,
        police_filing=body.police_filing,
        logo="",
        device_idle_minutes=body.device_idle_minutes,
    )


def settings_answer(saved: Saved) -> SettingsAnswer:
    """The settings as the form shows them."""
    told = saved.settings
    return SettingsAnswer(
        number=saved.number,
        name_zh=told.name_zh,
        name_en=told.name_en,
        colour=told.colour,
        help_phone=told.help_phone,
        icp_filing=told.icp_filing,
        police_filing=told.police_filing,
        logo=told.logo,
        device_idle_minutes=told.device_idle_minutes,
        saved_at=saved.saved_at,
    )
