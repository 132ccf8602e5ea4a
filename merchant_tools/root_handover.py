"""Which root speaks for the county after the one that this till pinned? A chain of hand-overs ``XN1``.

``fixtures/protocols/keys-and-trust/SPEC.md``, K11 and K12.
"""

from collections.abc import Sequence

from merchant_tools.signed import LATEST_SECOND, NotOurForm, is_point, is_signed_by, is_uint, open_signed

MOST_HANDOVERS = 8
LONGEST_HANDOVER = 512


def succeeds(root: bytes, *, pinned: bytes, handovers: Sequence[bytes], county: str) -> bool:
    """Whether ``root`` is the one that was pinned, or was named by it and by those after it; compressed points."""
    if root == pinned:
        return True
    if len(handovers) > MOST_HANDOVERS:
        return False
    holds = pinned
    for data in handovers:
        told = _read(data, county)
        if told is None:
            return False
        old, new = told
        if old == holds:
            holds = new
    return holds == root


def _read(data: bytes, county: str) -> tuple[bytes, bytes] | None:
    if len(data) > LONGEST_HANDOVER:
        return None
    try:
        signed = open_signed(data)
    except NotOurForm:
        return None
    match signed.items:
        case ["XN1", number, bytes(old), bytes(new), at] if is_uint(number) and str(number) == county:
            good = is_uint(at, LATEST_SECOND) and is_point(old) and is_point(new)
            return (old, new) if good and is_signed_by(old, signed.signature, signed.message) else None
    return None
