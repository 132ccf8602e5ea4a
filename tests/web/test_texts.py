"""A text reads as it is written: nothing in it is unseen, breaks the line or turns the writing round."""

from typing import Annotated

import msgspec
import pytest
from msgspec import Meta

from backend.vouchers.schemas import EvidenceRequest
from backend.web.texts import MAYBE_ONE_LINE, Name

Maybe = Annotated[str, Meta(max_length=40, pattern=MAYBE_ONE_LINE)]

UNSEEN = [
    *("\x00", "\t", "\n", "\r", "\x7f", "\x85", "\x9f"),
    *("\u061c", "\u200b", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202e"),
    *("\u2060", "\u2066", "\u2069", "\ufeff", "\ufff9"),
]


@pytest.mark.parametrize("unseen", UNSEEN, ids=[f"U+{ord(sign):04X}" for sign in UNSEEN])
@pytest.mark.parametrize("around", ["{}茶", "茶{}庄", "茶{}"])
def test_no_name_and_no_evidence_holds_what_cannot_be_seen(around: str, unseen: str) -> None:
    text = around.format(unseen)
    for kind in (Name, Maybe):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(text, kind)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "photo", "value": text}, EvidenceRequest)


@pytest.mark.parametrize(
    "name", ["老王（川南）·火锅 №1", "ئۇيغۇر ئاشخانىسى", "ꆈꌠ", "👨\u200d🍳 café", "བོད་ཇ།", "A\xa0B　C"]
)
def test_every_script_of_the_country_may_be_written(name: str) -> None:
    assert msgspec.convert(name, Name) == name
    assert msgspec.convert({"kind": "photo", "value": name}, EvidenceRequest).value == name
