"""Do the commands say what holds, in numbers that agree with their nouns?"""

import pytest

from backend.__main__ import main
from backend.commands.words import counted


def test_one_is_singular_and_any_other_number_plural() -> None:
    assert [counted(count, "station", "stations") for count in (0, 1, 13)] == ["0 stations", "1 station", "13 stations"]


@pytest.mark.parametrize(
    ("command", "told"),
    [("migrate", "default all counties"), ("backup", "default all counties"), ("audit", "default the first county")],
)
def test_help_says_which_counties_are_meant_without_a_code(
    command: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert told in " ".join(capsys.readouterr().out.split())
