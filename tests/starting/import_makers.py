"""Sheets of a county's lists, good to begin with, and the county to take them in."""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.places.define_places import define_places
from backend.sheets.columns import Column
from backend.sheets.read import read_sheet
from backend.starting.apply_import import ApplyImport, Carried, apply_import
from backend.starting.importers import IMPORTERS
from backend.starting.rules import ImportKind, file_hash
from backend.starting.try_import import Reported, TryImport, try_import
from tests.merchants.merchant_makers import credit_code
from tests.places.places_makers import define
from tests.sheets.sheet_makers import xlsx

Row = Mapping[str, Any]


def by(role: Role) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=new_id(), role=role.value)


def merchant(order: int = 1, **told: Any) -> Row:
    """A merchant's row."""
    return {
        "name_zh": f"老城门豆花饭馆{order}",
        "registered_name": f"筠连县老城门豆花饭馆{order}",
        "credit_code": credit_code(order),
        "trade": "餐饮",
        "organisation": "个体工商户",
        "size": "限下",
        "town": "筠连镇",
        "village": "银江村",
        "address_zh": "老城门巷 8 号",
        "hours": "06:30-20:30",
        "phone": "15402000001",
        "food_business": "JY25915270000013",
        "food_business_until": "2030-02-28",
    } | told


def station(name: str = "景阳社区驿站", **told: Any) -> Row:
    """A station's row."""
    return {
        "name_zh": name,
        "kind": "固定驿站",
        "town": "筠连镇",
        "address_zh": "景阳路 1 号",
        "hours": "08:00-18:00",
        "phone": "15403000001",
    } | told


def person(login: str = "wang.min", phone: str = "15401000021", **told: Any) -> Row:
    """A person's row."""
    return {"login": login, "name": "王敏", "phone": phone, "roles": "经办"} | told


def sheet(kind: ImportKind, *rows: Row, columns: Sequence[Column] | None = None) -> bytes:
    """The rows as an XLSX with the columns of their kind."""
    columns = columns or IMPORTERS[kind].columns
    return xlsx([column.zh for column in columns], *[[row.get(column.key) for column in columns] for row in rows])


async def with_places(county: County) -> County:
    """The county knows its towns and villages."""
    await transact(county, define_places, define())
    return county


async def tried(
    county: County, kind: ImportKind, data: bytes, *, actor: Actor | None = None, import_id: Any = None
) -> Reported:
    """The report of a file."""
    reported = await try_file(county, kind, data, actor=actor, import_id=import_id)
    assert isinstance(reported, Reported), reported
    return reported


async def try_file(
    county: County, kind: ImportKind, data: bytes, *, actor: Actor | None = None, import_id: Any = None
) -> Reported | Refused[Any] | IdReused:
    importer = IMPORTERS[kind]
    command = TryImport(
        actor=actor or by(importer.role),
        import_id=import_id or new_id(),
        importer=importer,
        file_sha256=file_hash(data),
        read=read_sheet(data, importer.columns, most_rows=importer.most_rows),
    )
    return await try_import(county, command)


async def applied(
    county: County, kind: ImportKind, data: bytes, import_id: Any, *, actor: Actor | None = None, by_id: Any = None
) -> Carried | Refused[Any] | IdReused:
    """Carry a report out with this file."""
    importer = IMPORTERS[kind]
    command = ApplyImport(
        actor=actor or by(importer.role),
        application_id=by_id or new_id(),
        import_id=import_id,
        importer=importer,
        file_sha256=file_hash(data),
        read=read_sheet(data, importer.columns, most_rows=importer.most_rows),
    )
    return await apply_import(county, command)


async def taken_in(county: County, kind: ImportKind, *rows: Row, actor: Actor | None = None) -> Carried:
    """Tried without a fault, and carried out."""
    data = sheet(kind, *rows)
    reported = await tried(county, kind, data, actor=actor)
    assert reported.plan.faults == (), [fault.told_zh for fault in reported.plan.faults]
    carried = await applied(county, kind, data, reported.import_id, actor=actor)
    assert isinstance(carried, Carried), carried
    return carried
