"""Reads the vector files for the tests of every language that Python runs."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "fixtures" / "protocols"


def vectors_of(protocol: str, *ops: str) -> list[Any]:
    """The vectors with these operations as parameters; a test id shows the case of the specification."""
    found = json.loads((FOLDER / protocol / "vectors.json").read_text("utf-8"))["vectors"]
    chosen = [vector for vector in found if vector["op"] in ops]
    assert chosen, f"{protocol} has no vector of {ops}"
    return [pytest.param(vector, id=f"{vector['case']}-{i}") for i, vector in enumerate(chosen)]


def instant(text: str) -> datetime:
    """An instant of a vector."""
    return datetime.fromisoformat(text)
