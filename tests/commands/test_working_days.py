"""A county's own working days: a wrong file stops the start with the place and the mend, and nothing is moved."""

from pathlib import Path

import pytest

from tests.commands.running import yizhan

NOT_EVEN_JSON = ('{"years": [', "内容不对")
WITHOUT_NEW_YEAR = (
    '{"years": [{"year": 2027, "document": "国办发明电〔2026〕1号", "free_days": '
    '["2027-02-05", "2027-02-08", "2027-02-09", "2027-02-10", "2027-02-11"], "working_weekends": []}]}',
    "2027-01-01 是法定节假日",
)
A_WEEKDAY_THAT_IS_WORKED = (
    '{"years": [{"year": 2027, "document": "国办发明电〔2026〕1号", "free_days": '
    '["2027-01-01", "2027-05-01", "2027-10-01", "2027-10-02", "2027-10-03"], "working_weekends": ["2027-02-08"]}]}',
    "2027-02-08 不是周末",
)


@pytest.mark.parametrize("wrong", [NOT_EVEN_JSON, WITHOUT_NEW_YEAR, A_WEEKDAY_THAT_IS_WORKED])
def test_a_wrong_file_of_working_days_stops_the_start(seeded: Path, wrong: tuple[str, str]) -> None:
    content, told = wrong
    [folder] = seeded.glob("counties/*")
    (folder / "working-days.json").write_text(content, "utf-8")
    for words in (("serve", "--port", "0"), ("relay", "--once")):
        ran = yizhan(*words, "--data", seeded)
        assert (ran.code, told in ran.err, "working-days.json" in ran.err) == (1, True, True), ran.err
    assert yizhan("audit", "--data", seeded).code == 0
    (folder / "working-days.json").unlink()
    assert yizhan("relay", "--once", "--data", seeded).code == 0
