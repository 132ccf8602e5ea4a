"""Which trust list does this county hand out, and who signed it?

The root key of a real county is kept off the server: what it signed lies in the county's folder as ``trust-list``, the
deterministic CBOR of ``[root's compressed point, list]``. A demonstration has its root beside its other keys and signs
for itself. Without either, no device of the county takes anything offline.
"""

import hashlib
from base64 import b64decode
from typing import Final

from backend.database.county import County
from backend.kernel import cbor
from backend.kernel.refusals import Refused
from backend.kernel.signing import PublicKey, SigningKey
from backend.kernel.trust import read_trust_list, sign_trust_list
from backend.sync.word_rules import Trusted
from backend.vouchers.issuer import trust_of

TRUST_LIST: Final = "trust-list"
_KID_BYTES = 4


def trusted_list(county: County) -> Trusted | None:
    """The list with its root; ``None`` where there is none that its root signed and that names the county's issuer."""
    own = county.keys.file.root_key
    if own is not None:
        root = SigningKey.from_scalar(b64decode(own))
        kid = hashlib.sha256(root.public.compressed).digest()[:_KID_BYTES]
        return Trusted(root.public, sign_trust_list(trust_of(county), root=root, kid=kid))
    try:
        given = _given((county.folder / TRUST_LIST).read_bytes())
    except (OSError, ValueError):
        return None
    read = read_trust_list(given.data, root=given.root, county=county.code)
    if isinstance(read, Refused) or read.key(bytes.fromhex(county.keys.issuer_kid)) is None:
        return None
    return given


def _given(data: bytes) -> Trusted:
    match cbor.decode(data):
        case [bytes(root), bytes(signed)]:
            return Trusted(PublicKey.from_point(root), signed)
    raise ValueError("a trust list is [root, list]")
