"""What a merchant types: enrol, status, push."""

import json
import stat
from pathlib import Path

import pytest

from merchant_tools.__main__ import main
from merchant_tools.sealing import DeviceKey
from merchant_tools.till_command import open_till
from tests.merchant_tools.shop import BILL, answer, briefing, reading, shown
from tests.merchant_tools.test_push_journal import serving
from tests.protocols.known_keys import DEVICE


def enrolled(folder: Path, server: str = "https://junlian.example") -> Path:
    assert main(["till", "enrol", str(folder), "--county", "511527", "--server", server]) == 0
    return folder


def enrolled_as_known(folder: Path, server: str) -> Path:
    """With the id that the answers of the tests are for."""
    about = json.loads((enrolled(folder, server) / "till.json").read_text())
    (folder / "till.json").write_text(json.dumps(about | {"device": str(DEVICE)}))
    till = open_till(folder, briefing())
    till.take(answer(), asked=reading(), now=reading())
    till.accept(shown(1), BILL, reading(1))
    return folder


def test_enrolling_makes_a_key_for_its_owner_alone_and_tells_the_public_half(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = enrolled(tmp_path / "till")
    told = capsys.readouterr().out
    assert json.loads((folder / "till.json").read_text())["device"] in told
    assert DeviceKey.load(folder / "key.pem").point.hex() in told
    assert stat.S_IMODE((folder / "key.pem").stat().st_mode) == 0o600


def test_a_till_is_enrolled_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = enrolled(tmp_path / "till")
    key = (folder / "key.pem").read_bytes()
    assert main(["till", "enrol", str(folder), "--county", "511527", "--server", "https://junlian.example"]) == 2
    assert "key.pem" in capsys.readouterr().err
    assert (folder / "key.pem").read_bytes() == key


@pytest.mark.parametrize(("county", "server"), [("51152", "https://a.example"), ("511527", "http://a.example")])
def test_a_wrong_county_or_an_open_line_is_told(county: str, server: str, tmp_path: Path) -> None:
    assert main(["till", "enrol", str(tmp_path / "till"), "--county", county, "--server", server]) == 2
    assert not (tmp_path / "till").exists()


def test_status_says_what_is_not_sent_and_push_sends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(200, answer(ack=1, results={1: ("conflict_unpaid", None)})) as (address, asked):
        folder = enrolled_as_known(tmp_path / "till", address)
        assert main(["till", "status", str(folder)]) == 1
        assert "1 events, 1 not sent" in capsys.readouterr().out
        assert main(["till", "push", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "1 events, 0 not sent" in told
    assert "1: conflict_unpaid" in told
    assert len(asked) == 1


def test_a_push_that_is_refused_is_told_and_everything_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(401, b"push-device-unknown") as (address, _):
        folder = enrolled_as_known(tmp_path / "till", address)
        assert main(["till", "push", str(folder)]) == 1
    told = capsys.readouterr()
    assert "push-device-unknown" in told.err
    assert "1 not sent" in told.out


def test_a_folder_that_is_no_till_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["till", "status", str(tmp_path)]) == 2
    assert "till.json" in capsys.readouterr().err
