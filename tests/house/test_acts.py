"""Can whoever reads the audit trail read every act in words, and what it was done to?"""

import ast
import re

from backend.places.rules import SubjectKind
from backend.stations.joining_rules import JoinReason
from backend.sync import log_rules
from backend.sync.event_rules import EventReason
from backend.sync.fault_rules import Fault
from backend.sync.review_rules import REJECTED
from backend.sync.station_claim_rules import StationClaimReason
from tests.house.source import ROOT, calls, python, walked

ACT = re.compile(r"[a-z_-]+\.[a-z_-]+")
WORDS = "pwa/apps/office/texts/acts/zh.ts"
VERDICTS = "pwa/apps/office/texts/conflicts/zh.ts"
KINDS = "pwa/apps/office/texts/trail/zh.ts"


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


def kinds_of(node: ast.AST) -> set[str]:
    """The kinds of what a pair (kind, id) names, where it stands in the call or in a name that the call is given."""
    return {
        pair.elts[0].value
        for pair in ast.walk(node)
        if isinstance(pair, ast.Tuple) and len(pair.elts) == 2 and isinstance(pair.elts[0], ast.Constant)
        if isinstance(pair.elts[0].value, str) and not isinstance(pair.elts[1], ast.Constant)
    }


def written_kinds() -> set[str]:
    """Every kind of thing that the trail tells of."""
    found = {str(kind) for kind in SubjectKind}
    for source in python("backend"):
        called = [call for call, name in calls(source.tree) if name == "new_entry"]
        for call in called:
            found |= kinds_of(call)
        named = {argument.id for call in called for argument in call.args if isinstance(argument, ast.Name)}
        for node in walked(source.tree):
            if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id in named for to in node.targets):
                found |= kinds_of(node.value)
            if isinstance(node, ast.keyword) and node.arg == "subject_kind" and isinstance(node.value, ast.Constant):
                found.add(str(node.value.value))
    return found


def test_every_kind_of_thing_in_the_trail_has_words() -> None:
    kinds = written_kinds()
    assert {"merchant", "payout-run", "phone", "campaign", "voucher", "station", "import"} <= kinds
    words = (ROOT / KINDS).read_text()
    assert sorted(kind for kind in kinds if f"'kind.{kind}'" not in words) == []


def test_every_verdict_on_an_event_has_words_at_the_conflict_desk() -> None:
    own = (
        log_rules.COMMAND_UNKNOWN,
        log_rules.REDEMPTION_UNKNOWN,
        log_rules.NOTHING_TO_VOID,
        log_rules.FORKED,
        log_rules.COMMAND_REPEATED,
        log_rules.COMMAND_DEP_FAILED,
        log_rules.STATION_MISSING,
        REJECTED,
    )
    verdicts = {*map(str, Fault), *(reason.value for reason in EventReason), *(str(one.reason) for one in own)}
    verdicts |= {reason.value for reason in (*JoinReason, *StationClaimReason)}
    words = (ROOT / VERDICTS).read_text()
    assert sorted(verdict for verdict in verdicts if f"'reason.{verdict}'" not in words) == []
