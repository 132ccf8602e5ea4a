"""The office's list says who belongs to a group, so that a campaign meant for one finds its people in a real county."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest

from backend.audit_trail.find import Find, find
from backend.database.registry import open_counties
from backend.database.transaction import inquire, transact
from backend.identity.open_account import OpenAccount, open_account
from backend.identity.person import claimants
from backend.kernel.claimants import ProofLevel
from tests.commands.running import Ran, yizhan
from tests.identity.test_proofs import NUMBER

PHONE = "15402000001"


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """A folder with a real, empty county."""
    assert yizhan("county", "add", "511528", "--host", "xingwen.example", "--data", tmp_path / "real").code == 0
    return tmp_path / "real"


def opened(data: Path) -> tuple[UUID, UUID]:
    """Two residents: one known by phone, one by identity number."""

    async def open_both() -> tuple[UUID, UUID]:
        counties = open_counties(data, None)
        by_phone = OpenAccount(phone=PHONE, proof_level=ProofLevel.PHONE)
        by_number = OpenAccount(name="王素珍", identity_number=NUMBER, proof_level=ProofLevel.STATION)
        people = [await transact(counties.all[0], open_account, one) for one in (by_phone, by_number)]
        await counties.close()
        return people[0], people[1]

    return asyncio.run(open_both())


def known(data: Path, people: tuple[UUID, UUID]) -> tuple[list[list[str]], list[tuple[str, str]]]:
    """The groups of both, and what the trail tells of lists: (subject, detail)."""

    async def look() -> tuple[list[list[str]], list[tuple[str, str]]]:
        counties = open_counties(data, None)
        found = await inquire(counties.all[0], claimants, people)
        told = await inquire(counties.all[0], find, Find(act="identity.assign_groups"))
        await counties.close()
        return [sorted(found[one].groups) for one in people], sorted((e.subject_id, e.detail) for e in told)

    return asyncio.run(look())


def keep(data: Path, text: str, document: str = "筠民〔2026〕3号") -> Ran:
    """The command with a list of these lines."""
    file = data.parent / "list.csv"
    file.write_text(text, encoding="utf-8")
    return yizhan("groups", file, "--document", document, "--data", data)


def test_a_list_names_the_groups_of_its_people_from_now_on(real: Path) -> None:
    people = opened(real)
    ran = keep(real, f"{PHONE},elder low_income\n\n{NUMBER},elder\n15402009999,elder\n")
    assert (ran.code, ran.out) == (1, "已登记 2 人 · 2 people kept\n")
    assert "第 4 行" in ran.err
    both = sorted(str(one) for one in people)
    assert known(real, people) == (
        [["elder", "low_income"], ["elder"]],
        [(one, "筠民〔2026〕3号") for one in both],
    )
    assert keep(real, f"{PHONE},new_resident\n{NUMBER},\n", "筠民〔2026〕4号").code == 0
    groups, told = known(real, people)
    assert groups == [["new_resident"], []]
    assert told == [(one, f"筠民〔2026〕{number}号") for one in both for number in (3, 4)]
    assert "elder" not in str(told)


@pytest.mark.parametrize("line", ["张三,elder", f"{PHONE},Elder!", f"{NUMBER[:-1]}0,elder"])
def test_a_line_that_is_not_understood_changes_nobody(real: Path, line: str) -> None:
    people = opened(real)
    ran = keep(real, f"{PHONE},elder\n{line}\n")
    assert ran.code == 1
    assert "第 2 行看不懂" in ran.err
    assert known(real, people) == ([[], []], [])


def test_a_list_needs_a_file_and_a_document_of_one_line(real: Path) -> None:
    assert keep(real, f"{PHONE},elder\n", "两\n行").code == 1
    assert yizhan("groups", real / "none.csv", "--document", "1", "--data", real).code == 1
