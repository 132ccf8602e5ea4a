"""Write down what the program's routes are, without any county: ``fixtures/openapi.json`` is made by this.

The PWA's types and the contract tests come from that file, so the same routes must give the same bytes.
"""

import argparse
from pathlib import Path
from typing import Any

import msgspec

from backend.app import Application
from backend.database.registry import Counties
from backend.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``--to FILE``; standard output without it."""
    parser.add_argument("--to", type=Path, metavar="FILE", help="写入文件 · write to this file")


def run(arguments: argparse.Namespace) -> int:
    """Write the document, two spaces deep, paths and schemas in alphabetical order."""
    made = document()
    if arguments.to is None:
        print(made.decode(), end="")
    else:
        arguments.to.write_bytes(made)
    return 0


def document() -> bytes:
    """The document's bytes: they depend on the routes alone, not on the order in which slices were added."""
    application = Application(Settings(data=Path()), Counties((), ()))
    described: dict[str, Any] = msgspec.json.decode(application.openapi)
    described["paths"] = dict(sorted(described["paths"].items()))
    described["components"]["schemas"] = dict(sorted(described["components"]["schemas"].items()))
    return msgspec.json.format(msgspec.json.encode(described), indent=2) + b"\n"
