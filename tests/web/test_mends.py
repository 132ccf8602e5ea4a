"""Bad input gets a problem that names the field and the mend, in words that people understand."""

from typing import Annotated

import msgspec
import pytest
from msgspec import Meta, Struct

from backend.web.problems import body_error
from backend.web.texts import Line, Phone


class Order(Struct, forbid_unknown_fields=True):
    phone: Phone
    name: Line = "x"
    amount_fen: Annotated[int, Meta(ge=1, le=100)] = 1
    tags: Annotated[list[str], Meta(max_length=1)] = []


@pytest.mark.parametrize(
    ("body", "pointer", "mend"),
    [
        ("{}", "/phone", "必填 / required"),
        ('{"phone": "1541"}', "/phone", "请填 11 位手机号，以 1 开头 / an 11-digit mobile number that begins with 1"),
        ('{"phone": "15410000001\\n"}', "/phone", "最多 11 个字符 / at most 11 characters"),
        ('{"phone": "15410000001", "x": 1}', "/x", "没有这一项，请去掉 / there is no such field; leave it out"),
        ('{"phone": 15410000001}', "/phone", "须为文字 / must be text"),
        ('{"phone": "15410000001", "amount_fen": 1.5}', "/amount_fen", "须为整数 / must be a whole number"),
        ('{"phone": "15410000001", "amount_fen": 0}', "/amount_fen", "不小于 1 / not below 1"),
        ('{"phone": "15410000001", "amount_fen": 101}', "/amount_fen", "不大于 100 / not above 100"),
        ('{"phone": "15410000001", "tags": ["a", "b"]}', "/tags", "最多 1 项 / at most 1 items"),
        (
            '{"phone": "15410000001", "name": "\\u0000"}',
            "/name",
            "一行文字，不含换行、控制字符和看不见的字符 / one line of text without control or invisible characters",
        ),
    ],
)
def test_a_wrong_value_names_its_field_and_its_mend(body: str, pointer: str, mend: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.json.decode(body, type=Order)
    (error,) = body_error(raised.value).errors
    assert (error.pointer, error.detail) == (pointer, mend)
