"""One row a fact."""

from sqlalchemy import Table

from backend.data_state.rules import Fact
from backend.database.columns import choice_column, instant_column, metadata, text_column

data_state = Table(
    "data_state",
    metadata,
    choice_column("name", Fact, primary_key=True),
    text_column("value", most=200),
    instant_column("since"),
)
