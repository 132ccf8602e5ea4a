"""Make the vectors of the signed protocols again: ``python -m tests.protocols.make_vectors``.

The keys are known to everybody and marked so, signatures are deterministic, and every expected reason is written down
in the makers, not computed: a change of the code that changes a verdict changes a test, not a vector. The vectors of
``grid-code`` are not made here; they come from the standard.
"""

import json
from pathlib import Path
from typing import Any

from tests.protocols import (
    allowance_vectors,
    batch_vectors,
    canonical_order_vectors,
    card_vectors,
    certificate_vectors,
    challenge_vectors,
    clearing_vectors,
    device_enrolment_vectors,
    device_request_vectors,
    draw_vectors,
    encoding_vectors,
    enrolment_vectors,
    event_vectors,
    journal_file_vectors,
    keys_vectors,
    policy_vectors,
    presentation_vectors,
    receipt_vectors,
    redemption_vectors,
    short_code_vectors,
    station_claim_vectors,
    status_list_vectors,
    token_vectors,
    word_vectors,
)

FOLDER = Path(__file__).parents[2] / "fixtures" / "protocols"
WARNING = "TEST KEYS that everybody knows: every key and signature here is worth nothing"
PROTOCOLS = {
    "encoding": encoding_vectors.vectors,
    "keys-and-trust": keys_vectors.vectors,
    "token": token_vectors.vectors,
    "presentation": presentation_vectors.vectors,
    "challenge": challenge_vectors.vectors,
    "card": card_vectors.vectors,
    "receipt": receipt_vectors.vectors,
    "event": event_vectors.vectors,
    "batch": batch_vectors.vectors,
    "canonical-order": canonical_order_vectors.vectors,
    "certificate": certificate_vectors.vectors,
    "policy": policy_vectors.vectors,
    "allowance": allowance_vectors.vectors,
    "device-enrolment": device_enrolment_vectors.vectors,
    "device-request": device_request_vectors.vectors,
    "status-list": status_list_vectors.vectors,
    "journal-file": journal_file_vectors.vectors,
    "station-claim": station_claim_vectors.vectors,
    "word": word_vectors.vectors,
    "holder-enrolment": enrolment_vectors.vectors,
    "short-code": short_code_vectors.vectors,
    "redemption": redemption_vectors.vectors,
    "clearing": clearing_vectors.vectors,
    "draw": draw_vectors.vectors,
}


def text_of(name: str) -> str:
    """The file of one protocol, as it should be."""
    content: dict[str, Any] = {"protocol": name, "spec": "SPEC.md", "warning": WARNING, "vectors": PROTOCOLS[name]()}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write every file."""
    for name in PROTOCOLS:
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
        (FOLDER / name / "vectors.json").write_text(text_of(name), "utf-8")


if __name__ == "__main__":
    main()
