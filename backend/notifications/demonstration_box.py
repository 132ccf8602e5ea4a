"""What would this phone have shown? Demonstration counties only: their SMS are visible to everybody."""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.notifications import store
from backend.notifications.rules import BoxedSms, fill
from backend.notifications.templates import TEMPLATES

MOST_SHOWN = 20
_BY_CODE = {template.code: template for template in TEMPLATES}


class LookIntoBox(Struct, frozen=True):
    """The SMS of one phone."""

    phone: str


async def look_into_box(tx: Transaction, asked: LookIntoBox) -> list[BoxedSms] | None:
    """The newest first, at most twenty; ``None`` in a real county, which has no such box."""
    if not tx.county.demonstration:
        return None
    return [
        BoxedSms(id=sms_id, at=at, code=code, variables=variables, words=fill(_BY_CODE[code], variables))
        for sms_id, at, code, variables in await store.boxed_of(tx, asked.phone, MOST_SHOWN)
        if code in _BY_CODE
    ]
