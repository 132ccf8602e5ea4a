"""A wrong setting stops the start with a text that names the variable and the mend, and shows no secret."""

from pathlib import Path

import pytest

from backend.__main__ import main
from backend.settings import WrongSetting, read_settings


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("YIZHAN_DATABASE", "mysql://county:s3cret@host/county", "begin with postgresql://"),
        ("YIZHAN_DATABASE", "postgresql://county:s3cret@host:54x2/county", "its port be a number"),
        ("YIZHAN_REDIS", "s3cret@host", "begin with redis://"),
        ("YIZHAN_PUBLIC_URL", "ftp://s3cret@host", "begin with https://"),
        ("YIZHAN_TRUSTED_PROXIES", "two", "a whole number from 0 to 10"),
        ("YIZHAN_SMS_ADAPTER", "aliyun", "known: demonstration, gateway"),
        ("YIZHAN_SMS_GATEWAY", "https://gateway.example", "go together; set both or neither"),
        ("YIZHAN_SMS_GATEWAY", "mailto:s3cret", "begin with https://"),
        ("YIZHAN_PAYMENT_ADAPTER", "stripe", "unknown; check the name"),
        ("YIZHAN_PWA", "/nowhere/at/all", "build the pages first"),
        ("YIZHAN_COLOUR", "red", "YIZHAN_TRUSTED_PROXIES"),
    ],
)
def test_a_wrong_value_names_its_variable_and_the_mend(name: str, value: str, mend: str) -> None:
    with pytest.raises(WrongSetting) as wrong:
        read_settings({name: value})
    assert name in wrong.value.zh
    assert name in wrong.value.en
    assert mend in wrong.value.en
    assert "s3cret" not in wrong.value.zh + wrong.value.en


GATEWAY = {
    "YIZHAN_SMS_ADAPTER": "gateway",
    "YIZHAN_SMS_GATEWAY": "https://gateway.example/sms",
    "YIZHAN_SMS_KEY": "s3cret-of-the-gateway",
}


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("YIZHAN_SMS_GATEWAY", "", "set both or neither"),
        ("YIZHAN_SMS_GATEWAY", "http://gateway.example/sms", "give an https:// address"),
        ("YIZHAN_SMS_KEY", "", "set the key"),
        ("YIZHAN_SMS_KEY", "s3cret", "at least 16 ASCII characters"),
        ("YIZHAN_SMS_KEY", "s3cret-of-the-gateway\n", "at least 16 ASCII characters"),
    ],
)
def test_a_gateway_needs_a_sealed_address_and_a_key(name: str, value: str, mend: str) -> None:
    with pytest.raises(WrongSetting) as wrong:
        read_settings({**GATEWAY, name: value})
    assert wrong.value.zh.startswith(f"{name}：")
    assert mend in wrong.value.en
    assert "s3cret" not in wrong.value.zh + wrong.value.en
    told = read_settings(GATEWAY)
    assert (told.sms_adapter, told.sms_gateway) == ("gateway", "https://gateway.example/sms")
    on_this_machine = read_settings({**GATEWAY, "YIZHAN_SMS_GATEWAY": "http://127.0.0.1:9000/sms"})
    assert on_this_machine.sms_gateway == "http://127.0.0.1:9000/sms"


def test_a_file_is_no_data_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongSetting, match="is no folder"):
        read_settings({}, data=str(tmp_path / "file"))


def test_flags_win_over_variables_and_variables_over_defaults(tmp_path: Path) -> None:
    environ = {"YIZHAN_DATA": "elsewhere", "YIZHAN_DATABASE": "postgresql://a/b", "YIZHAN_TRUSTED_PROXIES": "2"}
    told = read_settings(environ, data=str(tmp_path), database_url="postgresql://c/d")
    assert told.data == tmp_path
    assert told.database_url == "postgresql://c/d"
    assert told.trusted_proxies == 2
    assert read_settings({}).data == Path("var")
    assert read_settings({}).database_url is None


def test_the_start_stops_with_exit_code_1_and_both_languages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YIZHAN_TRUSTED_PROXIES", "-1")
    assert main(["serve", "--port", "0"]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert told[0].startswith("YIZHAN_TRUSTED_PROXIES：'-1' 不对")
    assert told[1].startswith("YIZHAN_TRUSTED_PROXIES: '-1' will not do")


def test_an_unknown_command_is_answered_with_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sevre"]) == 2
    assert "yizhan <" in capsys.readouterr().err
    assert main([]) == 0
    assert "serve" in capsys.readouterr().out
