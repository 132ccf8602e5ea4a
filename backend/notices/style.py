"""The one style sheet of the pages of notices, as it is sent: without the words at its head."""

from pathlib import Path

STYLE = (Path(__file__).parent / "notice.css").read_text(encoding="utf-8").partition("*/")[2].strip() + "\n"
