"""Every reason speaks two languages, has a status of its own and a test."""

import re
from pathlib import Path

import pytest

from backend.identity.reasons import FoundingReason, IdentityReason
from backend.kernel.refusals import Reason

TESTS = "".join(path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("test_*.py")))


@pytest.mark.parametrize("reason", [*IdentityReason, *FoundingReason])
def test_a_reason_is_complete_and_tested(reason: Reason) -> None:
    assert re.fullmatch("[a-z]+(-[a-z]+)*", reason.value)
    assert reason.status in (403, 409, 429)
    assert re.search("[\u4e00-\u9fff]", reason.zh)
    assert re.fullmatch("[ -~]+", reason.en)
    assert f"{type(reason).__name__}.{reason.name}" in TESTS or f'"{reason.value}"' in TESTS
