"""How does a till get what it goes by? It asks for the county's word and the status list, signing with its key."""

from typing import Protocol

from merchant_tools.briefing import Held, Owner, briefing_of
from merchant_tools.device_requests import ReadRequest, write_request
from merchant_tools.push_journal import NoAnswer
from merchant_tools.root_handover import succeeds
from merchant_tools.sealing import Signer
from merchant_tools.signed import NotOurForm
from merchant_tools.till import Reading
from merchant_tools.words import Word, read_word

PULL = "/api/v1/sync/pull"
STATUS = "/api/v1/sync/status"


class ReadingLine(Protocol):
    """The way to the county."""

    def read(self, address: str, authorization: str) -> bytes:
        """What stands there. Raises ``NoAnswer`` or ``NotTakenAsWhole``, for a till that is handed nothing out."""
        ...


def pull_briefing(line: ReadingLine, owner: Owner, key: Signer, reading: Reading, before: Held | None) -> Held:
    """The county's newest word and list, both believed; the till keeps what it had when this raises.

    Raises ``NoAnswer`` where the line broke, ``NotTakenAsWhole`` where the county refuses, and ``NotOurForm`` with the
    reason why the till believes nothing of it.
    """

    def ask(address: str) -> bytes:
        request = ReadRequest(owner.county, owner.device, max(0, reading.clock), address)
        return line.read(address, write_request(request, sign=key.sign))

    data = ask(PULL)
    word = read_word(data, county=owner.county, device=owner.device)
    if before is None and word.trust is None:
        raise NoAnswer("the county names nobody whom it believes")
    held = Held(_root_of(word, owner, before), data, ask(STATUS))
    try:
        told = briefing_of(held, owner)
        if before is not None and told.trust.serial < briefing_of(before, owner).trust.serial:
            raise NotOurForm("trust-list-older")
    except NotOurForm as problem:
        if problem.reason == "status-list-of-another-epoch":
            raise NoAnswer("the county was restored between two answers") from None
        raise
    return held


def _root_of(word: Word, owner: Owner, before: Held | None) -> bytes:
    """The root of the first word, and from then on that one or the one that it handed over to."""
    if before is None or word.trust is None:
        return before.root if before else word.trust[0] if word.trust else b""
    root, _, handovers = word.trust
    follows = succeeds(root, pinned=before.root, handovers=handovers, county=owner.county)
    return root if follows else before.root
