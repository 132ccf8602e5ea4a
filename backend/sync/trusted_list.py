"""Which trust list does this county hand out, who signed it, and until when does it name the issuing key?

The root key of a real county is kept off the server: what it signed lies in the county's folder as ``trust-list``, the
deterministic CBOR of ``[root's compressed point, list]``, with the hand-overs of earlier roots behind. A demonstration
has its root beside its other keys and signs for itself. Without either, no device of the county takes anything offline.
"""

import hashlib
from base64 import b64decode
from typing import Final

from backend.database.county import County
from backend.database.keyring import replace_secret
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey
from backend.kernel.trust import TrustList, read_trust_list, sign_trust_list
from backend.sync.trust_rules import Signed, read_signed
from backend.sync.word_rules import Trusted
from backend.vouchers.issuer import UNTIL, trust_of

TRUST_LIST: Final = "trust-list"
_KID_BYTES = 4


def trusted_list(county: County) -> Trusted | None:
    """The list with its root; ``None`` where there is none that its root signed and that names the county's issuer."""
    own = county.keys.file.root_key
    if own is not None:
        root = SigningKey.from_scalar(b64decode(own))
        kid = hashlib.sha256(root.public.compressed).digest()[:_KID_BYTES]
        return Trusted(root.public, sign_trust_list(trust_of(county), root=root, kid=kid))
    given = _given(county)
    if given is None:
        return None
    signed, trust = given
    return (
        None
        if trust.key(bytes.fromhex(county.keys.issuer_kid)) is None
        else Trusted(signed.root, signed.data, signed.handovers)
    )


def trusted_until(county: County) -> Instant | None:
    """When the list in force stops naming the issuing key; ``None`` where none names it."""
    if county.keys.file.root_key is not None:
        return UNTIL
    given = _given(county)
    key = None if given is None else given[1].key(bytes.fromhex(county.keys.issuer_kid))
    return None if key is None else key.not_after


def is_trusted(county: County, at: Instant) -> bool:
    """Whether what this county issues now is believed by its devices."""
    until = trusted_until(county)
    return until is not None and at < until


def installed_list(county: County) -> tuple[Signed, TrustList] | None:
    """The list in the county's folder, whichever keys it names; ``None`` without one that its root signed."""
    return _given(county)


def put_in_force(county: County, data: bytes) -> None:
    """Keep a list that was decided upon; the running server hands it out from the next question on."""
    replace_secret(county.folder / TRUST_LIST, data)


def _given(county: County) -> tuple[Signed, TrustList] | None:
    try:
        signed = read_signed((county.folder / TRUST_LIST).read_bytes())
    except OSError:
        return None
    if signed is None:
        return None
    read = read_trust_list(signed.data, root=signed.root, county=county.code)
    return None if isinstance(read, Refused) else (signed, read)
