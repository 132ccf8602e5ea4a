"""Can whoever reads the audit trail read every act in words?"""

import ast
import re

from tests.house.source import ROOT, calls, python

ACT = re.compile(r"[a-z_-]+\.[a-z_-]+")
WORDS = "pwa/apps/office/texts/acts/zh.ts"


def written_acts() -> set[str]:
    """Every act that stands in a call of the trail's, or of a slice's own short form of it."""
    return {
        word.value
        for source in python("backend")
        for call, name in calls(source.tree)
        if name in ("new_entry", "_record", "record")
        for word in call.args
        if isinstance(word, ast.Constant) and isinstance(word.value, str) and ACT.fullmatch(word.value)
    }


def test_every_act_of_the_trail_has_words() -> None:
    acts = written_acts()
    assert len(acts) > 60
    words = (ROOT / WORDS).read_text()
    assert sorted(act for act in acts if f"'{act}'" not in words) == []
