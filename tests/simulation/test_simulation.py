"""The random histories of ``make simulate``, many seeds of them."""

from collections.abc import Callable

import pytest

from tests.databases import Templates
from tests.full import lengths
from tests.simulation.__main__ import HISTORIES, STEPS, live


@pytest.mark.long
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_invariant_holds_after_every_act_of_many_histories(
    kind: str, templates: Templates, record_property: Callable[[str, object], None]
) -> None:
    for seed in range(lengths.SEED, lengths.SEED + lengths.HISTORIES):
        record_property("told", f"seed {seed}")
        live(seed, kind, templates)
    record_property("told", f"{lengths.HISTORIES * HISTORIES} histories of up to {STEPS} acts")
