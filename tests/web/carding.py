"""What stations, shops and the office write about paper cards, in good order, with empty ids."""

from typing import Any
from uuid import UUID

from backend.kernel.actors import Role

MADE = {
    "/api/v1/assisted/paper-cards": {"card_id"},
    "/api/v1/assisted/paper-cards/end": {"end_id"},
    "/api/v1/office/paper-cards/{card_id}/revoke": {"revocation_id"},
}
"""By route, the ids that the caller makes."""
CARD = {"home_device_id": str(UUID(int=1)), "pin": "280519"}


def of_cards(served: dict[str, Any]) -> list[tuple[Role, str, dict[str, Any]]]:
    """``served``: the person, what was seen of them, and the shift."""
    cards, office = "/api/v1/assisted/paper-cards", "/api/v1/office/paper-cards/{card_id}/revoke"
    bill = {"card": "XP1:A", "pin": "280519", "bill_fen": 900}
    desk = {"shift_id": served["shift_id"], "merchant_id": str(UUID(int=1))}
    return [
        (Role.OPERATOR, cards, served | CARD | {"card_id": ""}),
        (Role.OPERATOR, f"{cards}/end", served | {"end_id": "", "why": "lost"}),
        (Role.OFFICE, office, {"revocation_id": "", "lost": True, "reason": "来电"}),
        (Role.MERCHANT, "/api/v1/paper-cards/codes", bill | {"code_id": ""}),
        (Role.OPERATOR, "/api/v1/paper-cards/codes", bill | desk | {"code_id": ""}),
    ]
