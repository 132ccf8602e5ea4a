"""What anybody would try first is refused; everything else of eight characters is a password."""

import pytest
from argon2 import PasswordHasher

from backend.identity.passwords import COMMON, NOBODYS_HASH, hash_password, is_common, password_matches


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "PassWord",
        "12345678",
        "87654321",
        "qwertyui",
        "1qaz2wsx",
        "woaini1314",
        "a1234567",
        "11111111",
        "abababab",
        "junlian2026",
        "xiaoming2024!",
        "19900512",
        "jiangtao-88",
        "15401000008",
        "hijklmnop",
        "ｐａｓｓｗｏｒｄ",
        "abcd1234abcd1234",
    ],
)
def test_common_passwords_are_refused(password: str) -> None:
    assert is_common(password, "jiangtao", "15401000008")


@pytest.mark.parametrize(
    "password", ["Bamboo-sea-7781", "茶山上的第三棵树", "correct horse", "kT9#mv2Lq!", "河边钓鱼三小时"]
)
def test_others_are_fine(password: str) -> None:
    assert not is_common(password, "jiangtao", "15401000008")


def test_the_list_is_there_and_in_small_letters() -> None:
    assert len(COMMON) > 800
    assert all(word == word.lower() for word in COMMON)


async def test_a_password_matches_its_own_hash_only_however_it_was_composed() -> None:
    stored = await hash_password("café-Junlian")
    assert stored.startswith("$argon2id$")
    assert await password_matches(stored, "cafe\u0301-Junlian")
    assert not await password_matches(stored, "cafe-Junlian")
    assert not await password_matches(None, "cafe-Junlian")
    assert not await password_matches("none", "anything")


def test_an_unknown_login_costs_as_much_as_a_known_one() -> None:
    assert not PasswordHasher().check_needs_rehash(NOBODYS_HASH)
