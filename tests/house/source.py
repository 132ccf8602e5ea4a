"""What stands in the house? Every file of ours, read and parsed once for all house tests."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ("backend", "merchant_tools")
OURS = (*PROGRAM, "tests", "fixtures", ".ci")
PWA = ("pwa/apps", "pwa/src", "pwa/tests", "pwa/build")
MIGRATIONS = "backend/migrations/versions/"
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Source(Struct, frozen=True):
    """One Python file; ``name`` is its path from the root, ``module`` its dotted name."""

    name: str
    text: str
    tree: ast.Module

    @property
    def module(self) -> str:
        """The dotted name by which it is imported."""
        return self.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def python(*folders: str) -> tuple[Source, ...]:
    """The Python files below these folders, in the order of their names."""
    found = []
    for folder in folders:
        found += [_source(path) for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(found)


@cache
def _source(path: Path) -> Source:
    text = path.read_text()
    return Source(path.relative_to(ROOT).as_posix(), text, ast.parse(text))


@cache
def walked(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Every node below; two dozen tests ask for them, and finding them takes longer than what is asked."""
    return tuple(ast.walk(tree))


@cache
def pwa_files() -> tuple[Path, ...]:
    """The PWA's own TypeScript, Vue and CSS files, without what is generated or installed."""
    endings = {".ts", ".vue", ".css", ".js", ".mjs"}
    found = [path for folder in PWA for path in sorted((ROOT / folder).rglob("*"))]
    return tuple(path for path in found if path.suffix in endings and ".gen." not in path.name)


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method, nested ones too."""
    for node in walked(tree):
        if isinstance(node, Function):
            yield node


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the dotted name of what is called, as far as it is written as names."""
    for node in walked(tree):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def dotted(node: ast.AST) -> str:
    """``a.b.c`` for a chain of names; what stands before it, if it is no name, is left out."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return ""


def imported(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Every import as the dotted name that it asks for."""
    for node in walked(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node, f"{node.module}.{alias.name}"


def texts(tree: ast.AST) -> Iterator[str]:
    """Every string constant that is not a docstring."""
    docstrings = {id(node.value) for node in walked(tree) if isinstance(node, ast.Expr)}
    for node in walked(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def listed(found: Iterable[object]) -> str:
    """Breaches one a line, for the person who has to mend them."""
    return "\n" + "\n".join(sorted(str(item) for item in found))
