"""What a till goes by, from what came over the line; spoilt, it goes on by what it had."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from backend.kernel.signing import SigningKey
from backend.kernel.trust import instant_of, sign_trust_list
from backend.sync.journal_file_rules import JournalFile, journal_key, open_journal_file
from backend.sync.status_rules import deflate, pack_states, write_status_list
from backend.sync.word_rules import Trusted, write_word
from backend.vouchers.status_words import UsableState
from merchant_tools.__main__ import main
from merchant_tools.briefing import BriefingFile, Held, Owner, briefing_of, nothing_told, operators_of
from merchant_tools.journal import Journal, SentinelFile
from merchant_tools.pull_briefing import PULL, STATUS, pull_briefing
from merchant_tools.push_journal import NoAnswer, NotTakenAsWhole
from merchant_tools.pushes import check_push
from merchant_tools.signed import NotOurForm
from merchant_tools.till import Till
from merchant_tools.till_command import open_till
from merchant_tools.till_rules import NotAccepted
from tests.merchant_tools.shop import BILL, NOW, a_till_connected, heard, reading, shown
from tests.merchant_tools.test_push_journal import serving
from tests.merchant_tools.test_till_command import enrolled, enrolled_as_known
from tests.protocols.allowance_vectors import allowance, dealt
from tests.protocols.certificate_vectors import certificate, given_out
from tests.protocols.handover_vectors import EARLIER, handed
from tests.protocols.journal_file_vectors import SECRET, point
from tests.protocols.known_keys import COUNTER, COUNTY, DAY, DEVICE, OPERATOR, ROOT, ROOT_KID, trust_list
from tests.protocols.word_vectors import TERMS, WHOLE, word

OWNER = Owner(COUNTY, DEVICE, COUNTER.public.compressed)


def listed(states: str = "012", *, epoch: int = 1, version: int = 901) -> bytes:
    """A status list of these places."""
    count, packed = pack_states((place, UsableState(int(state))) for place, state in enumerate(states))
    return write_status_list(county=COUNTY, epoch=epoch, version=version, count=count, deflated=deflate(packed))


def held(**changes: Any) -> Held:
    """What came."""
    return Held(ROOT.public.compressed, write_word(word(**changes)), changes.pop("listed", listed()))


class Told:
    """A line that answers as it is told."""

    def __init__(self, answers: Mapping[str, bytes | Exception]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def read(self, address: str, authorization: str) -> bytes:
        assert authorization.startswith("Device ")
        self.asked.append(address)
        answer = self.answers[address]
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_till_goes_by_the_papers_and_the_collections() -> None:
    found = briefing_of(held(), OWNER)
    assert (found.limits.number, found.limits.cap_fen, found.limits.hard) == (4, 2_000_00, 72 * 3_600)
    assert (found.allowance.after, found.allowance.dealt_at, found.allowance.caps) == (40, NOW, {3: 200_000, 5: 80_000})
    assert found.terms[3, 2, 1] == TERMS["terms"] | {"paused": False}
    assert found.counter["town"] == "511527100"
    assert (found.status_version, found.status_epoch, found.unusable) == (901, 1, frozenset({1, 2}))
    assert operators_of(held(), OWNER) == {OPERATOR: "店员"}


@pytest.mark.parametrize("missing", ["certificate", "policy", "allowance", "trust", "counter"])
def test_without_any_one_of_them_nothing_is_dealt(missing: str) -> None:
    told: dict[str, Any] = {missing: None} if missing != "counter" else {"collections": WHOLE | {"counter": {}}}
    found = briefing_of(held(**told), OWNER)
    assert found.allowance.caps == {}
    assert missing != "trust" or found == nothing_told(COUNTY)


def test_what_is_only_for_the_county_or_for_other_domains_has_no_terms() -> None:
    rows = {"3.2.1": TERMS, "3.2.2": TERMS | {"domain": 2}, "4.1.1": TERMS | {"campaign": 4, "offline": False}}
    told = WHOLE | {"terms": rows}
    assert set(briefing_of(held(collections=told), OWNER).terms) == {(3, 2, 1), (3, 2, 2)}
    some = given_out(certificate(domains=(2,)))
    assert set(briefing_of(held(collections=told, certificate=some), OWNER).terms) == {(3, 2, 2)}


def test_a_paused_kind_is_not_taken(tmp_path: Path) -> None:
    rows = {"3.2.1": TERMS | {"paused": True}}
    till = a_till_connected(tmp_path, told=briefing_of(held(collections=WHOLE | {"terms": rows}), OWNER))
    with pytest.raises(NotAccepted, match="paused"):
        till.accept(shown(5), BILL, reading(1))


def test_a_voucher_that_is_only_for_the_county_is_not_taken(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    with pytest.raises(NotAccepted, match="online-only"):
        till.accept(shown(5, flags=3), BILL, reading(1))
    assert till.accept(shown(5), BILL, reading(1)).seq == 1


STRANGER = SigningKey.from_scalar((9).to_bytes(32, "big"))
OTHERS = Trusted(STRANGER.public, sign_trust_list(trust_list(), root=STRANGER, kid=ROOT_KID))


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        ({"trust": OTHERS}, "trust-list-forged"),
        ({"certificate": given_out(certificate(key=STRANGER.public))}, "certificate-wrong-device"),
        ({"certificate": given_out()[:-1]}, "certificate-malformed"),
        ({"server_time": instant_of(NOW) + 31 * DAY}, "certificate-expired"),
        ({"policy": dealt()}, "policy-version-unsupported"),
        ({"allowance": dealt(allowance(device=OPERATOR))}, "allowance-wrong-device"),
        ({"device": OPERATOR}, "word-wrong-device"),
    ],
)
def test_a_till_believes_all_of_it_or_nothing(spoilt: dict[str, Any], reason: str) -> None:
    line = Told({PULL: write_word(word(**spoilt)), STATUS: listed()})
    with pytest.raises(NotOurForm, match=reason):
        pull_briefing(line, OWNER, COUNTER, reading(), held())


def test_another_root_is_pinned_when_the_pinned_one_handed_over_to_it_and_else_never() -> None:
    list_of = {key: sign_trust_list(trust_list(), root=key, kid=ROOT_KID) for key in (ROOT, STRANGER)}
    told = Trusted(STRANGER.public, list_of[STRANGER], (handed(ROOT, STRANGER),))
    line = Told({PULL: write_word(word(trust=told)), STATUS: listed()})
    after = pull_briefing(line, OWNER, COUNTER, reading(), held())
    assert (after.root, briefing_of(after, OWNER).trust.serial) == (STRANGER.public.compressed, trust_list().serial)
    # The old root is believed no more, whatever it signs, and a hand-over of somebody else leads nowhere.
    back = Trusted(ROOT.public, list_of[ROOT])
    astray = Trusted(STRANGER.public, list_of[STRANGER], (handed(EARLIER, STRANGER),))
    for given, before in ((back, after), (astray, held())):
        with pytest.raises(NotOurForm, match="trust-list-forged"):
            pull_briefing(
                Told({PULL: write_word(word(trust=given)), STATUS: listed()}), OWNER, COUNTER, reading(), before
            )


def test_an_older_list_does_not_come_back_to_a_till() -> None:
    older = msgspec.structs.replace(trust_list(), serial=trust_list().serial - 1)
    told = Trusted(ROOT.public, sign_trust_list(older, root=ROOT, kid=ROOT_KID))
    with pytest.raises(NotOurForm, match="trust-list-older"):
        pull_briefing(Told({PULL: write_word(word(trust=told)), STATUS: listed()}), OWNER, COUNTER, reading(), held())


def test_the_first_root_is_pinned_and_a_county_without_one_is_asked_again() -> None:
    line = Told({PULL: write_word(word(trust=OTHERS)), STATUS: listed()})
    first = pull_briefing(line, OWNER, COUNTER, reading(), None)
    assert first.root == STRANGER.public.compressed
    assert line.asked == [PULL, STATUS]
    with pytest.raises(NotOurForm, match="trust-list-forged"):
        pull_briefing(Told({PULL: write_word(word()), STATUS: listed()}), OWNER, COUNTER, reading(), first)
    with pytest.raises(NoAnswer):
        pull_briefing(Told({PULL: write_word(word(trust=None)), STATUS: listed()}), OWNER, COUNTER, reading(), None)


def test_a_county_that_was_restored_between_two_answers_is_asked_again() -> None:
    line = Told({PULL: write_word(word()), STATUS: listed(epoch=2)})
    with pytest.raises(NoAnswer, match="restored"):
        pull_briefing(line, OWNER, COUNTER, reading(), held())
    with pytest.raises(NotTakenAsWhole):
        pull_briefing(Told({PULL: NotTakenAsWhole(403, "device-waiting")}), OWNER, COUNTER, reading(), None)


def test_what_was_given_is_kept_whole_and_a_damaged_file_comes_again(tmp_path: Path) -> None:
    file = BriefingFile(tmp_path / "briefing.cbor")
    assert file.load() is None
    file.save(held())
    file.save(held(epoch=1, cursor="newer"))
    assert file.load() == held(epoch=1, cursor="newer")
    assert [one.name for one in tmp_path.iterdir()] == ["briefing.cbor"]
    (tmp_path / "briefing.cbor").write_bytes((tmp_path / "briefing.cbor").read_bytes()[:-1])
    assert file.load() is None


def test_the_command_gets_it_by_itself_or_says_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(403, b'{"reason": "device-waiting"}') as (address, asked):
        folder = enrolled(tmp_path / "till", address)
        assert main(["till", "pull", str(folder)]) == 1
    assert "device-waiting" in capsys.readouterr().err
    assert asked == []
    assert open_till(folder).briefing == nothing_told(COUNTY)
    about = Owner(COUNTY, open_till(folder).device, OWNER.key)
    BriefingFile(folder / "briefing.cbor").save(
        Held(ROOT.public.compressed, write_word(word(device=about.device, trust=None)), listed())
    )
    assert open_till(folder).briefing == nothing_told(COUNTY)


def test_a_till_tells_by_which_episode_it_counts_unless_another_life_of_the_county_dealt_it(tmp_path: Path) -> None:
    devices = {DEVICE: COUNTER.public.compressed}
    till = Till(
        COUNTY,
        DEVICE,
        COUNTER,
        keeping=Journal(tmp_path / "journal.sqlite"),
        remembering=SentinelFile(tmp_path / "sentinel"),
        briefing=briefing_of(held(), OWNER),
    )
    told = []
    for epoch in (1, 2):
        heard(till, epoch=epoch)
        told.append(check_push(till.push(), county=COUNTY, devices=devices).episode)
    assert told == [7, 0]


def test_a_journal_is_exported_for_the_county_alone_once_its_key_is_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, to = enrolled_as_known(tmp_path / "till", "https://junlian.example"), tmp_path / "to the county.journal"
    assert main(["till", "export", str(folder), "--to", str(to)]) == 2
    assert "pull once first" in capsys.readouterr().err
    collections = {"county": {"own": {"journal_key": point(SECRET).hex()}}}
    BriefingFile(folder / "briefing.cbor").save(held(device=DEVICE, collections=collections, trust=None))
    assert main(["till", "export", str(folder), "--to", str(to)]) == 0
    read = open_journal_file(to.read_bytes(), county="511527", key=journal_key(SECRET))
    assert isinstance(read, JournalFile)
    assert [event.data for event in read.events] == [entry.data for entry in open_till(folder).kept.entries]
    assert main(["till", "export", str(folder), "--to", str(to)]) == 2, "a file that is there is not written over"
