"""What do a shop's or a station's premises and position look like on the wire, whichever slice shows them?"""

from typing import Annotated

from msgspec import Meta, Struct

from backend.places.premises import Hours, Premises
from backend.places.rules import Position, PositionSource, microdegrees
from backend.places.schemas import PositionAnswer, position_answer
from backend.web.mends import told
from backend.web.texts import TOWN, Line, LineEn

VILLAGE = told("^[0-9]{12}$(?!\n)", "村和社区代码是 12 位数字 / a village's code has twelve digits")
CLOCK = told(
    "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$(?!\n)",
    "时间写成 08:30，最晚 24:00 / a time such as 08:30, at most 24:00",
)
PHONE = told("^[0-9+][0-9 -]*$(?!\n)", "电话只写数字、空格、- 和 + / digits, spaces, - and + only")
LATITUDE = told(
    r"^-?([0-8]?[0-9](\.[0-9]{1,12})?|90(\.0{1,12})?)$(?!\n)",
    "纬度写成 -90 到 90 的十进制度数，例如 28.157761 / decimal degrees from -90 to 90, such as 28.157761",
)
LONGITUDE = told(
    r"^-?((1[0-7][0-9]|[0-9]{1,2})(\.[0-9]{1,12})?|180(\.0{1,12})?)$(?!\n)",
    "经度写成 -180 到 180 的十进制度数，例如 104.512345 / decimal degrees from -180 to 180, such as 104.512345",
)
CELL = told(
    r"^[NS](0[1-9]|[1-5][0-9]|60)[A-V][0-9AB][0-7][0-5][0-9A-E][0-9][0-9A-E]{2}$(?!\n)",
    "须为第 5 级北斗网格码（11 位） / must be a BeiDou grid code of level 5, 11 signs",
)

TownCode = Annotated[str, Meta(min_length=9, max_length=9, pattern=TOWN)]
VillageCode = Annotated[str, Meta(min_length=12, max_length=12, pattern=VILLAGE)]
ClockText = Annotated[str, Meta(min_length=5, max_length=5, pattern=CLOCK)]
PhoneText = Annotated[str, Meta(min_length=5, max_length=20, pattern=PHONE)]
CellCode = Annotated[str, Meta(pattern=CELL)]
Latitude = Annotated[str, Meta(max_length=20, pattern=LATITUDE)]
Longitude = Annotated[str, Meta(max_length=20, pattern=LONGITUDE)]


class PremisesBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Address, hours and public phone."""

    town_code: TownCode
    village_code: VillageCode | None = None
    address_zh: Line
    address_en: LineEn
    opens: ClockText
    closes: ClockText
    phone: PhoneText


class PositionBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Decimal degrees in WGS-84, and who says so."""

    lat: Latitude
    lon: Longitude
    precision_m: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    source: PositionSource
    source_zh: Line
    source_en: LineEn


class PremisesAnswer(Struct, frozen=True, kw_only=True):
    """Address, hours and public phone; `position` is null where no reliable source gives one."""

    town_code: str
    village_code: str | None
    address_zh: str
    address_en: str
    opens: str
    closes: str
    phone: str
    position: PositionAnswer | None


def premises_of(body: PremisesBody) -> Premises:
    """The premises that a body tells of."""
    return Premises(
        town_code=body.town_code,
        village_code=body.village_code,
        address_zh=body.address_zh,
        address_en=body.address_en,
        hours=Hours(opens=body.opens, closes=body.closes),
        phone=body.phone,
    )


def position_of(body: PositionBody | None) -> Position | None:
    """The position that a body tells of; the patterns have let only degrees through that exist."""
    if body is None:
        return None
    return Position(
        lat_microdegrees=microdegrees(body.lat, "lat", 90),
        lon_microdegrees=microdegrees(body.lon, "lon", 180),
        precision_m=body.precision_m,
        source=body.source,
        source_zh=body.source_zh,
        source_en=body.source_en,
    )


def premises_answer(premises: Premises, position: Position | None) -> PremisesAnswer:
    """Premises as everybody may read them."""
    return PremisesAnswer(
        town_code=premises.town_code,
        village_code=premises.village_code,
        address_zh=premises.address_zh,
        address_en=premises.address_en,
        opens=premises.hours.opens,
        closes=premises.hours.closes,
        phone=premises.phone,
        position=position_answer(position),
    )
