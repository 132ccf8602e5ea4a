"""Does every column that tells of a person say why it is kept and for how long?"""

import re

from sqlalchemy import Column

from backend.database.columns import Personal
from backend.tables import EVERY_TABLE
from tests.house.source import listed

TELLING = re.compile(
    r"^(name|real_name|phone|mobile|identity_number|id_number|address|email|birth\w*|bank_account|card_number|variables|words)$"
)
PUBLIC = {
    "stations.phone": "a station's public number",
    "merchant_stores.phone": "a shop's public number",
    "outbox_events.name": "an event's name",
    "leases.name": "a lease's name",
    "data_state.name": "a fact's name",
    "machine_keys.name": "a machine's name",
}


def personal_columns() -> list[tuple[str, Personal]]:
    """Every marked column with its mark."""
    return [
        (f"{table.name}.{column.name}", mark)
        for table in EVERY_TABLE
        for column in table.columns
        if isinstance(mark := column.info.get("personal"), Personal)
    ]


def test_every_personal_column_has_a_purpose_and_days() -> None:
    bare = [
        place
        for place, mark in personal_columns()
        if not re.search(r"[\u4e00-\u9fff]{2}", mark.purpose_zh) or " " not in mark.purpose_en or mark.kept_days < 0
    ]
    assert not bare, listed(bare)
    assert len(personal_columns()) >= 9


def test_a_column_that_tells_of_a_person_is_marked() -> None:
    def unmarked(column: Column[object]) -> bool:
        return bool(TELLING.match(column.name)) and "personal" not in column.info

    found = {f"{table.name}.{column.name}" for table in EVERY_TABLE for column in table.columns if unmarked(column)}
    assert not found - set(PUBLIC), listed(found - set(PUBLIC))
