"""Every table of a county: importing this module fills the one ``MetaData``; migrations and house tests read it."""

from types import ModuleType

from sqlalchemy import Table

from backend.audit_trail import tables as audit_trail
from backend.cards import tables as cards
from backend.county_settings import tables as county_settings
from backend.data_state import tables as data_state
from backend.database.columns import metadata
from backend.identity import tables as identity
from backend.ledger import tables as ledger
from backend.merchants import tables as merchants
from backend.notifications import tables as notifications
from backend.outbox import tables as outbox
from backend.places import tables as places
from backend.settlement import review_tables
from backend.settlement import tables as settlement
from backend.starting import tables as starting
from backend.stations import tables as stations
from backend.sync import device_tables, event_tables, liability_tables, receipt_tables, status_tables, walk_tables
from backend.trade_in import tables as trade_in
from backend.vouchers import (
    brake_tables,
    draw_tables,
    offline_tables,
    refusal_tables,
    roster_tables,
    token_tables,
)
from backend.vouchers import tables as vouchers

# Named here, so that no tidying can drop an import whose only use is to fill the metadata.
MODULES: tuple[ModuleType, ...] = (
    audit_trail,
    cards,
    county_settings,
    data_state,
    identity,
    ledger,
    merchants,
    notifications,
    outbox,
    places,
    settlement,
    starting,
    stations,
    vouchers,
    brake_tables,
    offline_tables,
    draw_tables,
    refusal_tables,
    roster_tables,
    token_tables,
    review_tables,
    trade_in,
    device_tables,
    event_tables,
    liability_tables,
    receipt_tables,
    status_tables,
    walk_tables,
)

EVERY_TABLE: tuple[Table, ...] = tuple(metadata.sorted_tables)
