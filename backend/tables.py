"""Every table of a county: importing this module fills the one ``MetaData``. Only migrations and house tests read it."""

from types import ModuleType

from sqlalchemy import Table

from backend.audit_trail import tables as audit_trail
from backend.database.columns import metadata
from backend.ledger import tables as ledger
from backend.merchants import tables as merchants
from backend.outbox import tables as outbox
from backend.places import tables as places

# Named here, so that no tidying can drop an import whose only use is to fill the metadata.
MODULES: tuple[ModuleType, ...] = (
    audit_trail,
    ledger,
    merchants,
    outbox,
    places,
)

EVERY_TABLE: tuple[Table, ...] = tuple(metadata.sorted_tables)
