"""What of a text that a device signed fits into a column?

What was signed is kept byte for byte beside it, so nothing is lost here; and no text may stop a journal, since all that
comes after an event that cannot be stored would wait for ever.
"""

import re
from typing import Final

REPLACED: Final = "\ufffd"
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
"""PostgreSQL stores no NUL and nothing that is no character; the others nobody sees, and some turn a line around."""


def storable(text: str, most: int) -> str:
    """At most so many characters, each of which can be stored and seen; what was cut off is marked."""
    seen = _UNSEEN.sub(REPLACED, text)
    return seen if len(seen) <= most else seen[: most - 1] + "…"
