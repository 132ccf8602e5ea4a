"""How does a large library cost nothing at a start that may never need it?"""

import importlib
from typing import Any


class Later:
    """Stands for a module that is loaded when something of it is first used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        """What the module calls so."""
        return getattr(importlib.import_module(self._name), attribute)
