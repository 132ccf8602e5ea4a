"""Which texts may somebody send us?

Text on one line without control characters: NUL, which PostgreSQL cannot store, never gets past the schema, and no
name breaks a line on a receipt. A field's own most is stated beside it.
"""

from typing import Annotated

from litestar.params import QueryParameter
from msgspec import Meta

ONE_LINE = r"^[^\x00-\x1f\x7f]+$"
MAYBE_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Name = Annotated[str, Meta(min_length=1, max_length=40, pattern=ONE_LINE)]
NameEn = Annotated[str, Meta(min_length=1, max_length=80, pattern=ONE_LINE)]
Line = Annotated[str, Meta(min_length=1, max_length=120, pattern=ONE_LINE)]
LineEn = Annotated[str, Meta(min_length=1, max_length=240, pattern=ONE_LINE)]
ReasonText = Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE, description="Why, for the record.")]
Searched = Annotated[
    str | None, QueryParameter(min_length=1, max_length=60, pattern=ONE_LINE, description="Words to look for.")
]
