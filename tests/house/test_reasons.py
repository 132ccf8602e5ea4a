"""Does every no have its own word, its words for people, a documented status and a test?"""

import importlib
import re
from collections.abc import Iterator
from functools import cache

from backend.kernel.refusals import GeneralReason, Reason
from tests.house.source import ROOT, listed, python
from tests.web.contract import operations

KEBAB = re.compile(r"[a-z]+(-[a-z]+)*")
NEVER_ON_THE_WIRE = {
    "FoundingReason": "only the command line founds administrators and makes ready accounts and sessions",
    "AllowanceReason": "a device refuses an allowance; the county only signs them",
    "AnswerReason": "a device refuses an answer and sends again; the county only writes them",
    "CertificateReason": "a device or a till refuses a certificate; the county only issues them",
    "ChallengeReason": "a phone refuses a challenge; only counters make them",
    "EventReason": "an event is classified inside the answer to its push, never refused",
    "InstallReason": "only the command line puts a trust list in force",
    "JoinReason": "a shift that a tablet kept is classified inside the answer to its push, never refused",
    "PolicyReason": "a device or a till refuses a policy; the county only signs them",
    "OfflineReason": "a claim made without a network is classified inside the answer to its push, never refused",
    "StationClaimReason": "a registered claim is classified inside the answer to its push, never refused",
    "StatusListReason": "a device refuses a status list and keeps its own; the county only writes them",
    "TrustReason": "a phone or a till refuses a trust list; the county only makes them",
    "WordReason": "a device refuses a word and keeps what it has; the county only writes them",
}
"""Reasons that no route of the county answers with, and why."""


@cache
def kinds() -> tuple[type[Reason], ...]:
    """Every enumeration of reasons in the program."""
    for source in python("backend"):
        if "Reason)" in source.text:
            importlib.import_module(source.module)
    return tuple(sorted(_below(Reason), key=lambda kind: kind.__qualname__))


def _below(kind: type[Reason]) -> Iterator[type[Reason]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith("backend."):
            yield child
            yield from _below(child)


def reasons() -> list[Reason]:
    """Every reason of every enumeration."""
    return [reason for kind in kinds() for reason in kind]


def test_every_reason_has_its_words_in_chinese_and_english() -> None:
    bare = [
        f"{type(reason).__name__}.{reason.name}"
        for reason in reasons()
        if not re.search(r"[\u4e00-\u9fff]{2}", reason.zh)
        or not re.search(r"[A-Za-z]+ [A-Za-z]+|^Not found$", reason.en)
        or not KEBAB.fullmatch(reason.value)
        or reason.status not in (400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 421, 422, 429, 500, 503)
    ]
    assert not bare, listed(bare)


def test_a_word_means_one_thing() -> None:
    """A word may stand in two enumerations only where it is the same no; its status tells."""
    statuses: dict[str, set[int]] = {}
    for reason in reasons():
        statuses.setdefault(reason.value, set()).add(reason.status)
    two = [word for word, found in statuses.items() if len(found) > 1]
    assert not two, listed(two)


def test_every_reason_is_documented_with_its_status() -> None:
    described = [answer for operation in operations() for answer in operation.responses.items()]
    told = {
        (int(status), word)
        for status, answer in described
        for word in re.findall(r"`([a-z-]+)`:", answer.get("description", ""))
    }
    # Of no single route.
    general = {GeneralReason.NOT_FOUND, GeneralReason.WRONG_METHOD, GeneralReason.FAULT}
    missing = [
        f"{type(reason).__name__}.{reason.name} {reason.status}"
        for reason in reasons()
        if (reason.status, reason.value) not in told
        and reason not in general
        and type(reason).__name__ not in NEVER_ON_THE_WIRE
    ]
    assert not missing, listed(missing)


def test_every_reason_is_met_in_some_test() -> None:
    """In a test of ours, or as the verdict of a vector that the tests of three programs run."""
    vectors = (ROOT / "fixtures" / "protocols").rglob("vectors.json")
    texts = "\n".join(
        [source.text for source in python("tests") if not source.name.startswith("tests/house/")]
        + [path.read_text() for path in vectors]
    )
    unmet = [
        f"{type(reason).__name__}.{reason.name} ({reason.value})"
        for reason in reasons()
        if f"{type(reason).__name__}.{reason.name}" not in texts and f'"{reason.value}"' not in texts
    ]
    assert not unmet, listed(unmet)


def test_every_reason_is_given_somewhere() -> None:
    texts = {source.name: source.text for source in python("backend")}
    idle = [
        f"{type(reason).__name__}.{reason.name}"
        for reason in reasons()
        if not any(f"{type(reason).__name__}.{reason.name}" in text for text in texts.values())
    ]
    assert not idle, listed(idle)
