"""The adapter for a county's own SMS gateway: one JSON object a message, over HTTPS, with a bearer key.

``POST`` to the one address of the settings, no redirect followed: ``{"id", "phone", "template", "variables"}``. The
gateway knows the templates that its vendor has registered, and sends nothing twice for the same ``id``. Any answer but
2xx, or none in time, means that it was not taken. Loaded where it is used: its client is no part of other starts.
"""

import httpx

from backend.notifications.rules import OutgoingSms

MOST_SECONDS = 10.0


class NotTaken(Exception):
    """The gateway said no; the message tells the status and nothing of the SMS."""


class Gateway:
    """One gateway, with its connections kept open."""

    def __init__(self, address: str, key: str) -> None:
        self._address = address
        self._client = httpx.AsyncClient(
            timeout=MOST_SECONDS, follow_redirects=False, trust_env=False, headers={"authorization": f"Bearer {key}"}
        )

    async def send(self, sms: OutgoingSms, /) -> None:
        """Hand over one message or raise."""
        told = {"id": str(sms.id), "phone": sms.phone, "template": sms.code, "variables": sms.variables}
        answer = await self._client.post(self._address, json=told)
        if not answer.is_success:
            raise NotTaken(f"the SMS gateway answered {answer.status_code}")

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()
