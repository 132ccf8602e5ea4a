"""Which ports are loaded only when somebody needs them?

A start pays for nothing that draws, sets, sends or calls another machine; ``app.py`` binds these instead.
"""

import importlib
from collections.abc import Callable
from typing import Any, cast

from backend.notifications.outgoing import SmsSender
from backend.settings import GATEWAY, Settings
from backend.settlement.papers.statement import Statement
from backend.web.limits import Together


def shared_memory(redis_url: str) -> Together:
    """Loaded where it is used: a start without a Redis would pay for importing its client."""
    return cast(Together, importlib.import_module("backend.web.shared_memory").SharedMemory(redis_url))


def sms_sender(settings: Settings) -> SmsSender | None:
    """The adapter of the settings, loaded where it is used; nobody sends where none is named."""
    if settings.sms_adapter != GATEWAY:
        return None
    gateway = importlib.import_module("backend.notifications.gateway").Gateway
    return cast(SmsSender, gateway(settings.sms_gateway, settings.sms_key))


def set_paper(paper: Statement, form: str) -> bytes:
    """A statement as ``pdf`` or ``xlsx``, by the room that sets it: its fonts and tables are loaded where one is."""
    room = f"statement_{form}"
    setting = getattr(importlib.import_module(f"backend.settlement.papers.{room}"), room)
    return cast(bytes, setting(paper))


def later(room: str, name: str) -> Callable[..., Any]:
    """A function of a room that is loaded by whoever calls it first: a start would pay for what draws pictures."""

    def called(*given: Any) -> Any:
        return getattr(importlib.import_module(room), name)(*given)

    return called
