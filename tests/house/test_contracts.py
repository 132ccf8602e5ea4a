"""Do the contract types of our own catch what they are there for?"""

from typing import Any

import pytest
from grimp import ImportGraph

from tests.house.contracts import KeptIn, PureRooms, SliceAnatomy, SliceDoors, room_of

SLICES = ["backend.vouchers", "backend.identity"]
CONTRACTS: dict[type[Any], dict[str, Any]] = {
    SliceDoors: {"slices": SLICES, "routes_for": ["backend.app"], "tables_for": ["backend.tables"]},
    SliceAnatomy: {"slices": SLICES},
    PureRooms: {"slices": SLICES, "pure": ["backend.kernel"], "impure": ["sqlalchemy", "backend.database"]},
    KeptIn: {"library": "sqlalchemy", "packages": ["backend.database"], "slices": SLICES, "rooms": ["store", "tables"]},
}


def breaches(kind: type[Any], *imports: tuple[str, str]) -> list[str]:
    graph = ImportGraph()
    for home in (*SLICES, "backend.kernel", "backend.database"):
        graph.add_module(home)
    for importer, imported in imports:
        for module in (importer, imported):
            if module not in graph.modules:
                graph.add_module(module)
        graph.add_import(importer=importer, imported=imported)
    contract = kind("of a test", {}, CONTRACTS[kind])
    found: list[str] = contract.breaches(graph)
    assert contract.check(graph, False).kept is not bool(found)
    return found


@pytest.mark.parametrize(
    ("kind", "importer", "imported"),
    [
        (SliceDoors, "backend.vouchers.claim", "backend.identity.store"),
        (SliceDoors, "backend.vouchers.claim", "backend.identity.store.residents"),
        (SliceDoors, "backend.vouchers.store", "backend.identity.tables"),
        (SliceDoors, "backend.vouchers.schemas", "backend.identity.office_schemas"),
        (SliceDoors, "backend.commands.seed", "backend.identity.routes"),
        (SliceAnatomy, "backend.vouchers.desk_routes", "backend.vouchers.store.desk"),
        (SliceAnatomy, "backend.vouchers.schemas", "backend.vouchers.tables"),
        (SliceAnatomy, "backend.vouchers.claim", "backend.vouchers.tables"),
        (SliceAnatomy, "backend.vouchers.claim", "backend.vouchers.routes"),
        (SliceAnatomy, "backend.vouchers.claim_rules", "backend.vouchers.store"),
        (SliceAnatomy, "backend.vouchers.events", "backend.vouchers.claim"),
        (PureRooms, "backend.vouchers.claim_rules", "sqlalchemy"),
        (PureRooms, "backend.vouchers.events", "backend.database.transaction"),
        (PureRooms, "backend.kernel.fen", "sqlalchemy"),
        (KeptIn, "backend.vouchers.claim", "sqlalchemy"),
        (KeptIn, "backend.commands.audit", "sqlalchemy"),
    ],
)
def test_a_breach_is_caught(kind: type[Any], importer: str, imported: str) -> None:
    (line,) = breaches(kind, (importer, imported))
    assert importer in line
    assert imported in line


def test_what_rules_reach_in_two_steps_is_caught_with_its_way() -> None:
    way = [("backend.vouchers.rules", "backend.identity.words"), ("backend.identity.words", "sqlalchemy")]
    assert breaches(PureRooms, *way) == ["backend.vouchers.rules -> backend.identity.words -> sqlalchemy"]


@pytest.mark.parametrize(
    ("kind", "importer", "imported"),
    [
        (SliceDoors, "backend.app", "backend.identity.office_routes"),
        (SliceDoors, "backend.tables", "backend.identity.tables"),
        (SliceDoors, "backend.vouchers.claim", "backend.identity.rules"),
        (SliceDoors, "backend.vouchers.schemas", "backend.identity.wire"),
        (SliceAnatomy, "backend.vouchers.routes", "backend.vouchers.claim"),
        (SliceAnatomy, "backend.vouchers.claim", "backend.vouchers.store.claims"),
        (KeptIn, "backend.vouchers.store.claims", "sqlalchemy"),
    ],
)
def test_what_a_house_needs_is_let_through(kind: type[Any], importer: str, imported: str) -> None:
    assert breaches(kind, (importer, imported)) == []


def test_a_shop_is_no_store_of_rows() -> None:
    told = {
        name: room_of("backend.merchants", f"backend.merchants.{name}")
        for name in ("add_store", "store", "office_routes")
    }
    assert told == {"add_store": "verb", "store": "store", "office_routes": "routes"}
