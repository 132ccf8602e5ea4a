"""Which templates come with the program? Three of each kind, modelled on what such institutions use.

A county copies one, changes it and keeps it as its own.
"""

from functools import cache
from pathlib import Path

from backend.settlement.papers.templates import Template, read_template

_FOLDER = Path(__file__).parent / "shipped"


@cache
def shipped_templates() -> dict[str, Template]:
    """Every template that came with the program, by its key."""
    found = [read_template(path.read_bytes()) for path in sorted(_FOLDER.glob("*.json"))]
    return {template.key: template for template in found}
