"""Which texts may somebody send us?

Text on one line without control or invisible characters: NUL, which PostgreSQL cannot store, never gets past the
schema, and no name breaks a line on a receipt or reads otherwise than it is written. A field's own most is stated
beside it.
"""

from typing import Annotated

from litestar.params import QueryParameter
from msgspec import Meta

from backend.web.mends import told

_LINE_WORDS = "一行文字，不含换行、控制字符和看不见的字符 / one line of text without control or invisible characters"
# Beside the controls: line separators, and what turns writing round or cannot be seen, by which one merchant's name
# could be shown as another's. Joiners stay, since emoji and some scripts need them.
_UNSEEN = r"\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
# Python's $ also stands before a last line break, which the look-ahead refuses.
ONE_LINE = told(rf"^[^{_UNSEEN}]+$(?!\n)", _LINE_WORDS)
MAYBE_ONE_LINE = told(rf"^[^{_UNSEEN}]*$(?!\n)", _LINE_WORDS)
SCANNED = told(r"^[^\x00-\x1f\x7f]+$(?!\n)", "一行文字，不含控制字符 / one line of text without control characters")
"""What a scanner or a clipboard gives: whoever reads it drops what it added around the code."""
PHONE = told("^1[0-9]{10}$", "请填 11 位手机号，以 1 开头 / an 11-digit mobile number that begins with 1")
TOWN = told("^[0-9]{9}$(?!\n)", "乡镇代码是 9 位数字 / a town's code has nine digits")
DOCUMENT_NUMBER = told(r"^[0-9A-Za-z]+$(?!\n)", "证件号码只有数字和字母 / digits and letters only")

Name = Annotated[str, Meta(min_length=1, max_length=40, pattern=ONE_LINE)]
NameEn = Annotated[str, Meta(min_length=1, max_length=80, pattern=ONE_LINE)]
Line = Annotated[str, Meta(min_length=1, max_length=120, pattern=ONE_LINE)]
LineEn = Annotated[str, Meta(min_length=1, max_length=240, pattern=ONE_LINE)]
ReasonText = Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE, description="Why, for the record.")]
Phone = Annotated[str, Meta(max_length=11, pattern=PHONE, description="A mobile number.")]
DocumentNumber = Annotated[
    str,
    Meta(
        min_length=4,
        max_length=32,
        pattern=DOCUMENT_NUMBER,
        description="The number of the identity card, social security card or station card that the operator sees.",
    ),
]
CardPin = Annotated[
    str,
    Meta(
        max_length=6,
        pattern=told("^[0-9]{6}$(?!\n)", "请由本人设 6 位数字密码 / six digits that the owner chooses"),
        description="The card's PIN. The county keeps a slow hash of it.",
    ),
]
Searched = Annotated[
    str | None, QueryParameter(min_length=1, max_length=60, pattern=ONE_LINE, description="Words to look for.")
]
TownQuery = Annotated[str | None, QueryParameter(pattern=TOWN, description="The town's nine digits.")]
