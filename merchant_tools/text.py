"""How do bytes travel inside text? Base64 for URLs without padding, in its one form (``encoding/SPEC.md``, E7)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def from_base64url(text: str) -> bytes:
    """The bytes of a text that was written without padding. Raises ``ValueError`` for every other form."""
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise ValueError("not Base64 for URLs without padding")
    return data
