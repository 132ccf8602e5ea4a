"""Are the files that are made from others what their makers write today?"""

from backend.commands.openapi import document
from tests.house.source import ROOT


def test_the_description_of_the_routes_is_fresh() -> None:
    """``make generate`` writes it, and the PWA's types after it; the vectors' files are compared in tests/protocols."""
    assert (ROOT / "fixtures" / "openapi.json").read_bytes() == document(), "stale: run make generate"


def test_the_description_depends_on_the_routes_alone() -> None:
    assert document() == document()
