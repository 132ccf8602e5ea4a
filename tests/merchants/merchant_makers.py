"""A small county with towns, and merchants to admit into it."""

from datetime import date
from uuid import UUID

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.merchants.admit import Admit, Admitted, admit
from backend.merchants.credit_code import check_character
from backend.merchants.rules import Licence, LicenceKind, Organisation, Papers, SizeClass, Trade
from backend.outbox.rules import IdReused
from backend.places.define_places import define_places
from backend.places.premises import Hours, Premises
from backend.places.rules import Position, PositionSource
from tests.places.places_makers import define

CLERK = Actor(kind=ActorKind.STAFF, id=UUID(int=77), role="office")
SHOWN = Position(
    lat_microdegrees=28_173_300,
    lon_microdegrees=104_512_300,
    source=PositionSource.INVENTED,
    source_zh="示意位置，不是真实地点",
    source_en="A made-up point, not a real location",
)


def credit_code(order: int, *, division: str = "591527") -> str:
    """A well-formed code of an individual business."""
    body = f"92{division}{order:09d}"
    return body + check_character(body)


def licence(*, kind: LicenceKind = LicenceKind.FOOD_BUSINESS, until: date = date(2030, 2, 28)) -> Licence:
    return Licence(kind=kind, number="JY25915270000013", valid_until=until)


def papers(
    *,
    order: int = 1,
    name: str = "老城门豆花饭馆",
    trade: Trade = Trade.CATERING,
    code: str | None = None,
    licences: tuple[Licence, ...] = (licence(),),
) -> Papers:
    return Papers(
        name_zh=name,
        name_en="Old Gate Douhua Kitchen",
        registered_name=f"演示·{name}",
        about_zh="石磨豆花",
        about_en="Stone-ground douhua",
        trade=trade,
        organisation=Organisation.INDIVIDUAL,
        size=SizeClass.BELOW,
        credit_code=code or credit_code(order),
        licences=licences,
        picture="bowl_shop",
    )


def premises(
    *,
    town: str = "511527100",
    village: str | None = "511527100001",
    opens: str = "06:30",
    closes: str = "20:30",
    phone: str = "15402000001",
) -> Premises:
    return Premises(
        town_code=town,
        village_code=village,
        address_zh="玉壶社区老城门巷 8 号",
        address_en="8 Old Gate Lane",
        hours=Hours(opens=opens, closes=closes),
        phone=phone,
    )


def admission(
    *,
    order: int = 1,
    name: str = "老城门豆花饭馆",
    trade: Trade = Trade.CATERING,
    at: Premises | None = None,
    position: Position | None = SHOWN,
    told: Papers | None = None,
) -> Admit:
    """The command that admits one merchant."""
    return Admit(
        actor=CLERK,
        merchant_id=new_id(),
        store_id=new_id(),
        papers=told or papers(order=order, name=name, trade=trade),
        premises=at or premises(),
        position=position,
    )


async def with_places(county: County) -> None:
    """Tell the county its towns and villages."""
    await transact(county, define_places, define())


async def admitted(county: County, command: Admit | None = None) -> Admitted:
    """Admit a merchant into a county that knows its places."""
    outcome = await transact(county, admit, command or admission())
    assert not isinstance(outcome, Refused | IdReused), outcome
    return outcome
