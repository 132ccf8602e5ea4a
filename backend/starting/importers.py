"""Every kind of import there is, with whose desk it is."""

from collections.abc import Mapping

from backend.kernel.actors import Role
from backend.starting import merchant_rows, staff_rows, station_rows
from backend.starting.importing import Importer
from backend.starting.rules import ImportKind

IMPORTERS: Mapping[ImportKind, Importer] = {
    one.kind: one
    for one in (
        Importer(
            kind=ImportKind.STATIONS,
            role=Role.OFFICE,
            columns=station_rows.COLUMNS,
            most_rows=500,
            plan=station_rows.plan_stations,
            take=station_rows.take_station,
        ),
        Importer(
            kind=ImportKind.STAFF,
            role=Role.SYSTEM_ADMIN,
            columns=staff_rows.COLUMNS,
            most_rows=500,
            plan=staff_rows.plan_staff,
            take=staff_rows.take_staff,
        ),
        Importer(
            kind=ImportKind.ROLES,
            role=Role.SECURITY_ADMIN,
            columns=staff_rows.ROLE_COLUMNS,
            most_rows=500,
            plan=staff_rows.plan_roles,
            take=staff_rows.take_roles,
        ),
        Importer(
            kind=ImportKind.MERCHANTS,
            role=Role.OFFICE,
            columns=merchant_rows.COLUMNS,
            most_rows=1_000,
            plan=merchant_rows.plan_merchants,
            take=merchant_rows.take_merchant,
        ),
    )
}
"""In the order in which a new county needs them."""
