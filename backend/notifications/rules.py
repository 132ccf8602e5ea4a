"""What is a message, and which words does it have?

Pure. A template has a code that the county registers with its SMS vendor, words in Chinese and English, and the names
of its variables; what is sent is the code and the variables, never text that somebody typed.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

VARIABLE_MOST_CHARACTERS = 60
_VARIABLE = re.compile(r"\{([a-z_]+)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""What ``web/texts.py`` refuses at the door; anything else that a person can type is theirs to say."""


class Template(Struct, frozen=True, kw_only=True):
    """One message as data; ``{name}`` in its words stands for a variable."""

    code: str
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    worth_sending_minutes: int = 24 * 60
    """An SMS that could not be sent for so long is given up: a code that has run out only confuses."""

    @property
    def variables(self) -> frozenset[str]:
        """The names that must be given, no more and no fewer."""
        return frozenset(_VARIABLE.findall(self.title_zh + self.body_zh + self.title_en + self.body_en))


class Words(Struct, frozen=True, kw_only=True):
    """A filled template, as a person reads it."""

    title_zh: str
    title_en: str
    body_zh: str
    body_en: str


class InboxMessage(Struct, frozen=True, kw_only=True):
    """One line of a person's inbox."""

    id: UUID
    at: datetime
    code: str
    words: Words
    link: str
    read_at: datetime | None


class BoxedSms(Struct, frozen=True, kw_only=True):
    """One SMS in the demonstration box: what a phone would have shown."""

    id: UUID
    at: datetime
    code: str
    variables: dict[str, str]
    words: Words


class OutgoingSms(Struct, frozen=True, kw_only=True):
    """One SMS for a vendor; ``id`` is the vendor's idempotency key, so that a second try sends nothing twice."""

    id: UUID
    phone: str
    code: str
    variables: dict[str, str]


class WrongVariables(ValueError):
    """A bug of the caller: the variables do not fit the template."""


def one_line(text: str) -> str:
    """A name as a variable: on one line, and cut where it is too long for a message."""
    line = _CONTROL.sub(" ", text)
    return line if len(line) <= VARIABLE_MOST_CHARACTERS else line[: VARIABLE_MOST_CHARACTERS - 1] + "…"


def fill(template: Template, variables: Mapping[str, str]) -> Words:
    """The template's words with its variables; raises ``WrongVariables`` for a missing, foreign or unfit one."""
    if template.variables != variables.keys():
        raise WrongVariables(f"{template.code} takes {sorted(template.variables)}, not {sorted(variables)}")
    for name, value in variables.items():
        if _CONTROL.search(value) or len(value) > VARIABLE_MOST_CHARACTERS:
            raise WrongVariables(f"{template.code}: {name} must be one line of at most {VARIABLE_MOST_CHARACTERS}")

    def filled(text: str) -> str:
        return _VARIABLE.sub(lambda found: variables[found[1]], text)

    return Words(
        title_zh=filled(template.title_zh),
        title_en=filled(template.title_en),
        body_zh=filled(template.body_zh),
        body_en=filled(template.body_en),
    )
