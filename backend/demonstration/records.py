"""What do the files of real places, invented merchants, stations and staff say, field by field?

Reading checks every field and refuses an unknown one, so a slip of the pen in the data stops the seeding with the
name of the field. Nothing here knows the slices: the verbs that receive these records decide what they mean.
"""

from typing import NamedTuple

import msgspec
from msgspec import Struct


class Text(NamedTuple):
    """What a person reads: Chinese first, English complete."""

    zh: str
    en: str


class Record(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parent of everything written in the county's files."""


class Position(Record, frozen=True, kw_only=True):
    """A point in WGS-84, in decimal degrees as text, so that no digit is made up; with where it comes from."""

    lat: str
    lon: str
    precision_m: int | None
    invented: bool
    source: Text


class Village(Record, frozen=True, kw_only=True):
    """A village (村) or community (社区)."""

    code: str
    name: Text
    official_name: str
    community: bool


class Town(Record, frozen=True, kw_only=True):
    """A town (镇), township (乡) or Miao township (苗族乡) with its villages."""

    code: str
    name: Text
    kind: str
    position: Position | None
    position_reason: Text | None
    schematic: tuple[int, int]
    """Column and row in a drawing without boundaries; legible, not surveyed."""
    villages: tuple[Village, ...]


class Spot(Record, frozen=True, kw_only=True):
    """A scenic spot or a specialty: public facts, and no position anywhere."""

    key: str
    name: Text
    about: Text
    scene: str
    towns: tuple[str, ...]
    village: str | None
    position: Position | None
    position_reason: Text | None
    protected: bool = False
    """A protected geographical indication (国家地理标志)."""
    about_from: str = "source"


class Extent(Record, frozen=True, kw_only=True):
    """The county's bounding box in decimal degrees."""

    south: str
    west: str
    north: str
    east: str


class Seat(Record, frozen=True, kw_only=True):
    """Where the county's government sits, as precisely as its source says."""

    town: str
    lat: str
    lon: str
    precision_m: int


class CountyFacts(Record, frozen=True, kw_only=True):
    """The county itself."""

    code: str
    name: Text
    city: Text
    province: Text
    area_km2: int
    highest_point_m: str
    extent: Extent
    seat: Seat


class Source(Record, frozen=True, kw_only=True):
    """Who says so, and under which licence."""

    what: str
    from_: str = msgspec.field(name="from")
    licence: str


class Places(Record, frozen=True, kw_only=True):
    """places.json."""

    note: Text
    sources: tuple[Source, ...]
    county: CountyFacts
    towns: tuple[Town, ...]
    spots: tuple[Spot, ...]
    specialties: tuple[Spot, ...]


class Hours(Record, frozen=True, kw_only=True):
    """Opening and closing on the county's clock, every day; 00:00 to 24:00 never closes."""

    opens: str
    closes: str


class Owner(Record, frozen=True, kw_only=True):
    """Who runs the shop and signs in for it."""

    name: Text
    phone: str


class Cashier(Record, frozen=True, kw_only=True):
    """Who takes vouchers at the counter, invited by the owner; ``key`` is the login."""

    key: str
    name: Text
    phone: str


class Licence(Record, frozen=True, kw_only=True):
    """A licence on the wall besides the business licence: food_business, food_production or hygiene."""

    kind: str
    number: str
    valid_until: str


class Merchant(Record, frozen=True, kw_only=True):
    """An invented merchant with one store."""

    key: str
    mark: str
    name: Text
    registered_name: str
    about: Text
    trade: str
    kind: str
    above_threshold: bool
    """限上: large enough for the statistics office to count each month."""
    town_code: str
    village_code: str
    address: Text
    position: Position
    hours: Hours
    phone: str
    owner: Owner
    cashiers: tuple[Cashier, ...] = ()
    """The first one works, the others were invited and have not come in."""
    credit_code: str
    licences: tuple[Licence, ...]
    licence_exemption: Text | None
    bank_account: str
    scene: str


class Merchants(Record, frozen=True, kw_only=True):
    """merchants.json."""

    mark: Text
    merchants: tuple[Merchant, ...]


class Station(Record, frozen=True, kw_only=True):
    """An invented station (驿站) in a real village."""

    key: str
    name: Text
    town_code: str
    village_code: str
    address: Text
    position: Position
    hours: Hours
    phone: str


class Stop(Record, frozen=True, kw_only=True):
    """A van's visit: 1 is Monday, times on the county's clock."""

    weekday: int
    from_: str = msgspec.field(name="from")
    until: str
    village_code: str


class Van(Record, frozen=True, kw_only=True):
    """A service van (流动便民车) with its weekly timetable."""

    key: str
    name: Text
    home: str
    phone: str
    timetable: tuple[Stop, ...]


class Operator(Record, frozen=True, kw_only=True):
    """Who runs a station or a van (站长); ``station`` is the key of either."""

    key: str
    name: Text
    station: str
    phone: str


class Stations(Record, frozen=True, kw_only=True):
    """stations.json."""

    mark: Text
    stations: tuple[Station, ...]
    vans: tuple[Van, ...]
    operators: tuple[Operator, ...]


class StaffMember(Record, frozen=True, kw_only=True):
    """A person of the county office; a deputy stands in from one day to another after seeding."""

    key: str
    name: Text
    role: str
    title: Text
    phone: str
    deputy_of: str | None
    deputy_days: tuple[int, int] | None


class Staff(Record, frozen=True, kw_only=True):
    """staff.json."""

    mark: Text
    department: Text
    staff: tuple[StaffMember, ...]
