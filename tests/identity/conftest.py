"""A county that is no demonstration."""

import msgspec
import pytest

from backend.database.county import County


@pytest.fixture
def real_county(county: County) -> County:
    """The same county, as if its people were real."""
    county.entry = msgspec.structs.replace(county.entry, demonstration=False)
    return county
