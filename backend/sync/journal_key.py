"""To which key do devices seal the files of their journals? One of the county's own, which signs nothing."""

from cryptography.hazmat.primitives.asymmetric import ec

from backend.database.county import County
from backend.sync.journal_file_rules import journal_key

PURPOSE = "journal files"


def journal_key_of(county: County) -> ec.EllipticCurvePrivateKey:
    """Derived from the county's keys, so that every process and every restored county has the same."""
    return journal_key(county.keys.derived(PURPOSE))
