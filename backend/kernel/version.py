"""Which version of the program is this? The one place that says so; ``pyproject.toml`` says the same, by a test."""

VERSION = "0.1.0"
