"""Many people at once at the desks of two processes: every answer has its order, and every fen its place."""

import os

import pytest

from tests.databases import Templates
from tests.vouchers.desk_histories import History

FIRST = int(os.environ.get("DESK_SEED", "1"))
ONE = "DESK_SEED" in os.environ
MANY = int(os.environ.get("DESK_HISTORIES", "40"))


@pytest.mark.parametrize(("kind", "histories"), [("sqlite", 6), ("postgresql", 3)])
async def test_whatever_many_ask_at_once_is_explained_by_the_rules(
    kind: str, histories: int, templates: Templates
) -> None:
    seeds = range(FIRST, FIRST + (1 if ONE else histories))
    acts = sum([await History(seed, kind, templates).live() for seed in seeds])
    assert acts > 150 * len(seeds)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_long_histories_are_explained_by_the_rules(kind: str, templates: Templates) -> None:
    for seed in range(FIRST, FIRST + MANY):
        await History(seed, kind, templates).live(steps=40)
