"""Every vector of registered claims against the county's own code."""

from typing import Any
from uuid import UUID

import pytest

from backend.kernel.refusals import Refused
from backend.sync.journal_file_rules import journal_key
from backend.sync.station_claim_rules import Place, StationClaim, StationClaimReason, open_station_claim
from tests.protocols.known_keys import COUNTY
from tests.protocols.station_claim_vectors import SECRET, point
from tests.protocols.vector_files import vectors_of

Vector = dict[str, Any]


def opened(vector: Vector) -> StationClaim | str:
    place = Place(COUNTY, UUID(vector["device"]), UUID(vector["act"]))
    read = open_station_claim(bytes.fromhex(vector["data"]), place, key=journal_key(SECRET))
    return read.reason.value if isinstance(read, Refused) else read


@pytest.mark.parametrize("vector", vectors_of("station-claim", "claim-key"))
def test_the_key_is_the_vectors(vector: Vector) -> None:
    assert point(bytes.fromhex(vector["secret"])).hex() == vector["key"]


@pytest.mark.parametrize("vector", vectors_of("station-claim", "station-claim"))
def test_a_claim_says_what_the_vector_says(vector: Vector) -> None:
    read = opened(vector)
    assert isinstance(read, StationClaim)
    told = {"round": str(read.round_id), "shift": str(read.shift_id), "operator": str(read.operator_id)}
    assert told | {"proof": read.proof.value, "phone": read.phone, "number": read.number} == vector["expect"]
    # What logs and traces show of it names nobody.
    assert read.phone not in repr(read)


@pytest.mark.parametrize("vector", vectors_of("station-claim", "station-claim-refused"))
def test_a_claim_is_refused_for_its_reason(vector: Vector) -> None:
    assert opened(vector) == vector["reason"]


def test_every_reason_has_a_vector_and_words_for_people() -> None:
    seen = {each.values[0]["reason"] for each in vectors_of("station-claim", "station-claim-refused")}
    assert seen == {reason.value for reason in StationClaimReason}
    assert all(reason.zh and reason.en for reason in StationClaimReason)
