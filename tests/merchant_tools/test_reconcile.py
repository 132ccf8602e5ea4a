"""A merchant compares the county's clearing file with the till's own list."""

import json
from pathlib import Path

import pytest

from backend.kernel import cbor
from backend.kernel.trust import sign_trust_list
from backend.settlement.papers.clearing import canonical_csv, canonical_json
from backend.sync.word_rules import Trusted
from merchant_tools.__main__ import main
from merchant_tools.reconcile import read_own
from tests.protocols.clearing_vectors import NOODLES, TEA, holiday, signed
from tests.protocols.handover_vectors import EARLIER, handed
from tests.protocols.known_keys import COUNTY, ISSUER, ROOT, ROOT_KID, STRANGER, trust_list

ACTS = [f"01999999-0000-7000-8000-{0x100 + no:012x}" for no in range(7)]
OWN = f"act_id,amount_fen\r\n{ACTS[2]},3333\r\n{ACTS[3]},1\r\n{ACTS[4]},-1250\r\n{ACTS[5]},-40\r\n"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    (tmp_path / "day.json").write_bytes(canonical_json(signed(holiday())))
    (tmp_path / "day.csv").write_bytes(canonical_csv(holiday()))
    (tmp_path / "own.csv").write_text(OWN, "utf-8")
    return tmp_path


def reconcile(folder: Path, *more: str, clearing: str = "day.json", issuer: str = "") -> int:
    key = issuer or ISSUER.public.compressed.hex()
    own = ["--own", str(folder / "own.csv"), "--merchant", str(TEA)]
    return main(
        ["reconcile", "--clearing", str(folder / clearing), "--county", COUNTY, "--issuer", key, *own, "--json", *more]
    )


def test_a_till_that_has_the_same_acts_agrees(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reconcile(folder) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["county_fen"], said["own_fen"], said["equal"]) == (2044, 2044, 4)
    assert (said["day"], said["demonstration"], said["total_fen"], said["held_fen"]) == ("2026-10-08", True, 8544, 3333)


def test_the_csv_form_is_believed_with_the_signature_of_its_twin(folder: Path) -> None:
    assert reconcile(folder, "--signature", str(folder / "day.json"), clearing="day.csv") == 0
    assert reconcile(folder, clearing="day.csv") == 2


def test_every_difference_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = OWN.replace(",3333", ",3300").replace(ACTS[3], ACTS[6])
    (folder / "own.csv").write_bytes(own.encode("gbk"))
    assert reconcile(folder) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["differing"] == {ACTS[2]: [3333, 3300]}
    assert said["only_county"] == {ACTS[3]: 1}
    assert said["only_own"] == {ACTS[6]: 1}
    assert said["equal"] == 2


def test_the_parts_of_two_payers_are_one_act(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "own.csv").write_text(f"act_id,amount_fen\n{ACTS[1]},6500\n", "utf-8")
    assert reconcile(folder, "--merchant", str(NOODLES)) == 0
    assert json.loads(capsys.readouterr().out)["equal"] == 1


def test_people_are_told_in_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "own.csv").write_text(OWN.replace(",3333", ",3300"), "utf-8")
    key = ISSUER.public.compressed.hex()
    given = ["--clearing", str(folder / "day.json"), "--county", COUNTY, "--issuer", key]
    assert main(["reconcile", *given, "--own", str(folder / "own.csv"), "--merchant", str(TEA)]) == 1
    assert f"金额不同 · differs: {ACTS[2]} county 3333 own 3300" in capsys.readouterr().out
    assert main(["reconcile", *given]) == 0
    assert "lines: 6" in capsys.readouterr().out


def test_the_countys_trust_list_names_the_key(folder: Path) -> None:
    (folder / "trust").write_bytes(sign_trust_list(trust_list(), root=ROOT, kid=ROOT_KID))
    root = ROOT.public.compressed.hex()
    given = ["--clearing", str(folder / "day.json"), "--county", COUNTY, "--trust", str(folder / "trust")]
    assert main(["reconcile", *given, "--root", root]) == 0
    assert main(["reconcile", *given, "--root", STRANGER.public.compressed.hex()]) == 2


def test_a_file_of_another_key_is_not_believed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reconcile(folder, issuer=STRANGER.public.compressed.hex()) == 2
    assert "clearing-forged" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("act,fen\nx,1\n", "act_id and amount_fen"),
        ("act_id,amount_fen\nx,1\nx,1.50\n", "line 3"),
        ("act_id,amount_fen\nx\n", "line 2"),
    ],
)
def test_an_own_list_that_cannot_be_read_names_the_line(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_own(text.encode())


def test_a_file_of_before_the_county_changed_its_key_is_believed_by_the_key_of_then(folder: Path) -> None:
    now, then = STRANGER.public.compressed.hex(), ISSUER.public.compressed.hex()
    assert reconcile(folder, issuer=now) == 2
    assert reconcile(folder, "--issuer", then, issuer=now) == 0
    assert reconcile(folder, "--issuer", ROOT.public.compressed.hex(), issuer=now) == 2


def test_the_list_is_read_as_it_lies_in_the_county_and_after_its_root_handed_over(folder: Path) -> None:
    data = sign_trust_list(trust_list(), root=ROOT, kid=ROOT_KID)
    given = ["--clearing", str(folder / "day.json"), "--county", COUNTY, "--trust", str(folder / "trust")]
    plain, handing = Trusted(ROOT.public, data).parts, Trusted(ROOT.public, data, (handed(EARLIER, ROOT),)).parts
    for parts, root, told in (
        (plain, ROOT, 0),
        (plain, EARLIER, 2),
        (handing, ROOT, 0),
        (handing, EARLIER, 0),
        (handing, STRANGER, 2),
        ([*plain, [1]], EARLIER, 2),
        ([*plain, 1], EARLIER, 2),
    ):
        (folder / "trust").write_bytes(cbor.encode(parts))
        assert main(["reconcile", *given, "--root", root.public.compressed.hex()]) == told
