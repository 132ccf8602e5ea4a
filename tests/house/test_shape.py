"""Is every file short, named for what it is, and opened by a sentence that says so?"""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from tests.house.source import MIGRATIONS, OURS, PROGRAM, ROOT, Function, functions, listed, pwa_files, python

MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 50
HIDING = {
    *("util", "utils", "helper", "helpers", "common", "misc", "shared", "lib", "libs", "core", "base"),
    *("manager", "managers", "service", "handler", "handlers"),
}
"""Words that hide what is inside; role files of these names grow without limit."""


def test_files_are_at_most_400_lines_long() -> None:
    ours = {source.name: source.text for source in python(*OURS) if not source.name.startswith(MIGRATIONS)}
    ours |= {path.relative_to(ROOT).as_posix(): path.read_text() for path in pwa_files()}
    assert {name: lines for name, text in ours.items() if (lines := text.count("\n")) > MOST_LINES} == {}


def test_functions_are_at_most_50_lines_long() -> None:
    long = [
        f"{source.name}:{function.lineno} {function.name}: {lines}"
        for source in python(*OURS)
        if not source.name.startswith(MIGRATIONS)
        for function in functions(source.tree)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    ]
    assert not long, listed(long)


def test_no_file_or_folder_has_a_name_that_hides_what_is_inside() -> None:
    names = {source.name for source in python(*OURS)} | {path.relative_to(ROOT).as_posix() for path in pwa_files()}
    parts = {part.partition(".")[0] for name in names for part in name.lower().split("/")}
    assert {part for part in parts if re.split(r"[_-]", part)[-1] in HIDING} == set()


def test_every_module_of_ours_says_what_question_it_answers() -> None:
    silent = [source.name for source in python(*OURS) if source.text.strip() and not ast.get_docstring(source.tree)]
    assert not silent, listed(silent)


def test_a_package_file_holds_its_charter_and_nothing_else() -> None:
    loaded = [
        source.name
        for source in python(*PROGRAM)
        if source.name.endswith("__init__.py") and [type(node) for node in source.tree.body] != [ast.Expr]
    ]
    assert not loaded, listed(loaded)


def _public(tree: ast.Module) -> Iterator[tuple[str, ast.ClassDef | Function]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
            yield node.name, node
            if isinstance(node, ast.ClassDef):
                for member in node.body:
                    if isinstance(member, Function) and not member.name.startswith("_"):
                        yield f"{node.name}.{member.name}", member


def test_every_public_class_function_and_method_makes_its_promise() -> None:
    silent = [
        f"{source.name}:{node.lineno} {name}"
        for source in python(*PROGRAM)
        if not source.name.startswith(MIGRATIONS)
        for name, node in _public(source.tree)
        if not ast.get_docstring(node) and not _is_overload(node)
    ]
    assert not silent, listed(silent)


def _is_overload(node: ast.ClassDef | Function) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in node.decorator_list)


def _enumerations(tree: ast.Module) -> Iterator[ast.ClassDef]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
            if bases & {"StrEnum", "IntEnum", "Enum"}:  # Reasons carry their words in the member itself.
                yield node


def test_every_member_of_an_enumeration_has_its_line() -> None:
    bare = []
    for source in python(*PROGRAM):
        lines = source.text.splitlines()
        for kind in _enumerations(source.tree):
            for member, after in pairwise([*kind.body, None]):
                told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
                told = told or (isinstance(member, ast.Assign) and isinstance(member.value, ast.Tuple))
                if isinstance(member, ast.Assign) and not told and "  # " not in lines[member.lineno - 1]:
                    bare.append(f"{source.name}:{member.lineno}")
    assert not bare, listed(bare)
