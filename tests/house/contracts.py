"""Which kinds of import contracts does the house need that import-linter does not bring along?

``lint-imports`` loads these types by name from ``[tool.importlinter]`` in ``pyproject.toml``. Each tells what a module
is by its name alone: ``routes`` and ``office_routes`` are routes, ``store`` is one as a module and as a package.
"""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

DRAWERS = ("store", "tables", "schemas", "routes", "answers")
ROOMS = (*DRAWERS, "wire", "rules", "events")
VERB = "verb"

MAY_IMPORT = {
    "routes": {"routes", "answers", "schemas", "wire", VERB, "events", "rules"},
    "answers": {"schemas", "wire", VERB, "events", "rules"},
    "wire": {"schemas", VERB, "rules"},
    "schemas": {"schemas", VERB, "events", "rules"},
    VERB: {VERB, "store", "events", "rules"},
    "store": {"store", "tables", VERB, "events", "rules"},
    "tables": {"tables", "rules"},
    "events": {"events", "rules"},
    "rules": {"rules", VERB},
}
"""Who may import whom inside one slice. ``answers`` is what several routes of a slice answer alike, ``wire`` holds
shapes that other slices show too. Whatever is no named room counts as a verb: records, views and word lists as well. A
store may read those but never a verb that uses it, and rules may read those but never one that is not pure: the
contracts against cycles and for purity see to that."""


def room_of(home: str, module: str) -> str:
    """What a module below ``home`` is: one of ``ROOMS``, or a verb (questions, records and ports among them)."""
    if module == home:
        return VERB
    name = module[len(home) + 1 :].partition(".")[0]
    if name == "store":  # Not ``add_store``: shops are stores too.
        return name
    return next((room for room in ROOMS if room != "store" and (name == room or name.endswith(f"_{room}"))), VERB)


def inside(home: str, module: str) -> bool:
    """Whether a module is ``home`` or lies below it."""
    return module == home or module.startswith(f"{home}.")


def homes_in(graph: ImportGraph, listed: list[str]) -> list[str]:
    """The slices of a list that are built already."""
    return [home for home in listed if home in graph.modules]


class _Breaches(Contract):
    """What the contract types below have in common: each breach is one import and a sentence about it."""

    def breaches(self, graph: ImportGraph) -> list[str]:
        """Every breach as a line for the person who made it."""
        raise NotImplementedError

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Keep the contract when nothing breaches it."""
        del verbose
        found = self.breaches(graph)
        return ContractCheck(kept=not found, metadata={"breaches": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print every breach."""
        for line in check.metadata["breaches"]:
            output.print_error(line)


class SliceDoors(_Breaches):
    """Other code enters a slice by its verbs, rules and events, never by its drawers (store, tables, schemas, routes).

    ``routes_for`` names who wires routes, ``tables_for`` who lists every table.
    """

    type_name = "slice_doors"
    slices: Any = fields.ListField(subfield=fields.StringField())
    routes_for: Any = fields.ListField(subfield=fields.StringField())
    tables_for: Any = fields.ListField(subfield=fields.StringField())

    def breaches(self, graph: ImportGraph) -> list[str]:
        """Imports of a drawer from outside its slice."""
        allowed = {"routes": set(self.routes_for), "tables": set(self.tables_for)}
        return [
            f"{importer} reaches into {module}"
            for home in homes_in(graph, self.slices)
            for module in sorted(graph.find_descendants(home))
            if (drawer := room_of(home, module)) in DRAWERS
            for importer in sorted(graph.find_modules_that_directly_import(module))
            if not inside(home, importer) and importer not in allowed.get(drawer, set())
        ]


class SliceAnatomy(_Breaches):
    """Inside a slice: routes, then schemas, then verbs, then store, then tables, with events and rules below all."""

    type_name = "slice_anatomy"
    slices: Any = fields.ListField(subfield=fields.StringField())

    def breaches(self, graph: ImportGraph) -> list[str]:
        """Imports within a slice that ``MAY_IMPORT`` does not name."""
        return [
            f"{importer} ({upper}) imports {module} ({lower})"
            for home in homes_in(graph, self.slices)
            for module in sorted(graph.find_descendants(home))
            for importer in sorted(graph.find_modules_that_directly_import(module))
            if inside(home, importer)
            and (lower := room_of(home, module)) not in MAY_IMPORT[upper := room_of(home, importer)]
        ]


class PureRooms(_Breaches):
    """Rules and events of the slices, and packages named in ``pure``, reach nothing impure, however indirectly."""

    type_name = "pure_rooms"
    slices: Any = fields.ListField(subfield=fields.StringField())
    pure: Any = fields.ListField(subfield=fields.StringField())
    impure: Any = fields.ListField(subfield=fields.StringField())

    def breaches(self, graph: ImportGraph) -> list[str]:
        """The shortest way from a pure module to an impure one, for each pair that has a way."""
        found = []
        for module in sorted(self._pure(graph)):
            reached = graph.find_upstream_modules(module)
            for target in self.impure:
                hit = next((name for name in sorted(reached) if inside(target, name)), None)
                if hit is not None:
                    way = graph.find_shortest_chain(module, hit) or (module, hit)
                    found.append(" -> ".join(way))
        return found

    def _pure(self, graph: ImportGraph) -> set[str]:
        rooms = {
            module
            for home in homes_in(graph, self.slices)
            for module in graph.find_descendants(home)
            if room_of(home, module) in ("rules", "events")
        }
        for package in homes_in(graph, self.pure):
            rooms |= {package, *graph.find_descendants(package)}
        return rooms


class KeptIn(_Breaches):
    """A library is imported directly only in the places named: packages, or rooms of the slices."""

    type_name = "kept_in"
    library: Any = fields.StringField()
    packages: Any = fields.ListField(subfield=fields.StringField())
    slices: Any = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    rooms: Any = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def breaches(self, graph: ImportGraph) -> list[str]:
        """Imports of the library from anywhere else."""
        library: str = self.library
        if library not in graph.modules:
            return []
        return [
            f"{importer} imports {library}"
            for importer in sorted(graph.find_modules_that_directly_import(library))
            if not self._may(importer)
        ]

    def _may(self, importer: str) -> bool:
        if any(inside(package, importer) for package in self.packages):
            return True
        return any(inside(home, importer) and room_of(home, importer) in self.rooms for home in self.slices)
