"""Reads the vector files for the tests of every language that Python runs."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec import Struct

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


def whole(vector: dict[str, Any]) -> bytes:
    """The bytes of a vector: ``data``, or ``pieces`` in which a long run of one byte is written as its length."""
    if "data" in vector:
        return bytes.fromhex(vector["data"])
    return b"".join(
        bytes.fromhex(piece) if isinstance(piece, str) else bytes.fromhex(piece["byte"]) * piece["times"]
        for piece in vector["pieces"]
    )


def as_json(value: Any) -> Any:
    """A record of any program as vectors write it: bytes in hex, ids as text, instants in seconds, lists for tuples."""
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Struct):
        return {name: as_json(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, dict):
        return {name: as_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return value
