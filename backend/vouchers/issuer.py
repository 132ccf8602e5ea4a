"""Whose signatures does this county believe, and which tokens has it seen lately?"""

from datetime import UTC, datetime
from weakref import WeakKeyDictionary

from backend.database.county import County
from backend.kernel.presentations import RecentTokens
from backend.kernel.signing import PublicKey, SigningKey
from backend.kernel.trust import IssuerKey, TrustList, instant_of, trusting

FROM = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2046, 1, 1, tzinfo=UTC)

_trusts: WeakKeyDictionary[County, TrustList] = WeakKeyDictionary()
_recent: WeakKeyDictionary[County, RecentTokens] = WeakKeyDictionary()


def trust_of(county: County) -> TrustList:
    """The county's own issuer key and those before it; the list is made once per process."""
    known = _trusts.get(county)
    if known is None:
        keys = county.keys
        issuer = IssuerKey(bytes.fromhex(keys.issuer_kid), SigningKey(keys.issuer_private).public, FROM, UNTIL)
        former = [
            IssuerKey(
                bytes.fromhex(one.kid), PublicKey.from_point(bytes.fromhex(one.point)), FROM, instant_of(one.ended_at)
            )
            for one in keys.file.former_issuers
        ]
        known = _trusts[county] = trusting(county.code, [issuer, *former], at=FROM)
    return known


def recent_tokens(county: County) -> RecentTokens:
    """Tokens whose issuer's signature was checked lately in this process."""
    return _recent.setdefault(county, RecentTokens())
