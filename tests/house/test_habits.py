"""Does one place commit, one place read the clock and one place the environment? And does nobody ignore in silence?"""

import ast
import re
import tokenize
from io import StringIO

from tests.house.source import (
    OURS,
    PROGRAM,
    ROOT,
    Source,
    calls,
    dotted,
    functions,
    imported,
    listed,
    pwa_files,
    python,
    texts,
    walked,
)

COMMITTERS = {
    "backend/database/transaction.py": "the one place that commits verbs",
    "backend/database/lane.py": "where it does so on SQLite: in the thread that owns the connection",
    "backend/database/hot.py": "one batch, one statement or one writer's transaction, stored without SQLAlchemy",
    "backend/database/dialect.py": "how a SQLite transaction begins",
    "backend/migrations/run.py": "DDL is no verb",
    "backend/migrations/erase.py": "removes a database that was never used",
    "merchant_tools/journal.py": "a till's own file, which knows no verbs",
}
CLOCKS = {"backend/kernel/instants.py", "merchant_tools/clock.py"}
"""One for the county's program, one for the merchants', which share no code."""
CLOCK_CALLS = re.compile(r"(^|\.)(now|utcnow|today|time|time_ns|monotonic|perf_counter|process_time)$")
SETTINGS = "backend/settings.py"
ENDING = {"commit", "rollback", "begin", "begin_nested", "autocommit"}
ENDS_A_TRANSACTION = re.compile(r"^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b(?! SELECT)")


def program() -> tuple[Source, ...]:
    """The program without the migrations, whose transaction ``run.py`` holds."""
    return tuple(source for source in python(*PROGRAM) if not source.name.startswith("backend/migrations/versions/"))


def test_one_place_commits() -> None:
    found = set()
    for source in program():
        if any(called.rpartition(".")[2] in ENDING for _, called in calls(source.tree)):
            found.add(source.name)
        if any(ENDS_A_TRANSACTION.match(text) for text in texts(source.tree)):
            found.add(source.name)
    assert found <= set(COMMITTERS), found - set(COMMITTERS)


def test_one_place_reads_the_clock() -> None:
    readers = set()
    for source in program():
        if source.name in CLOCKS:
            continue
        for _, name in imported(source.tree):
            if name.startswith("time.") or name == "time":
                readers.add(f"{source.name} imports {name}")
        for call, called in calls(source.tree):
            named = {"datetime", "date", "time", "loop", "func"}
            if CLOCK_CALLS.search(called) and called.split(".")[0] in named and (not call.args or "now" in called):
                readers.add(f"{source.name}:{call.lineno} calls {called}")
    assert not readers, listed(readers)


def test_the_databases_have_no_clock_of_their_own() -> None:
    asked = re.compile(r"CURRENT_TIMESTAMP|CURRENT_DATE|\bnow\(\)|clock_timestamp|strftime\(", re.IGNORECASE)
    stores = [source for source in program() if "/store" in source.name or source.name.endswith("tables.py")]
    assert [source.name for source in stores if asked.search(source.text)] == []


def test_no_log_quotes_an_exception() -> None:
    quoting = [
        f"{source.name}:{call.lineno}"
        for source in program()
        for call, called in calls(source.tree)
        if called in {"log.exception", "traceback.format_exc", "traceback.print_exc"}
        or any(keyword.arg == "exc_info" for keyword in call.keywords)
    ]
    assert not quoting, f"use kernel/faults.py: {listed(quoting)}"


def test_one_place_reads_the_environment() -> None:
    readers = {
        source.name
        for source in program()
        if any(dotted(node) in {"os.environ", "os.getenv", "os.environb", "os.putenv"} for node in walked(source.tree))
    }
    assert {name for name in readers if not name.startswith("backend/commands/")} <= {SETTINGS, "backend/__main__.py"}


def test_nothing_is_imported_inside_a_function() -> None:
    inside = [
        f"{source.name}:{node.lineno}"
        for source in python(*OURS)
        for node, _ in imported(source.tree)
        if node.col_offset and any(one.lineno < node.lineno <= (one.end_lineno or 0) for one in functions(source.tree))
    ]
    assert not inside, listed(inside)


def test_modules_are_loaded_by_name_only_where_commands_and_companions_are_chosen() -> None:
    found = {
        source.name
        for source in program()
        if any(name in {"importlib", "importlib.import_module"} for _, name in imported(source.tree))
    }
    found |= {
        source.name
        for source in program()
        for _, called in calls(source.tree)
        if called in {"__import__", "eval", "exec"}
    }
    # The last one is where a large library waits until something of it is used.
    assert found <= {"backend/__main__.py", "backend/late_ports.py", "backend/kernel/later.py"}, listed(found)


IGNORES = re.compile(r"#\s*(type:\s*ignore|noqa|pragma:|ruff:|mypy:|nosec)")
REASONED = re.compile(
    r"# type: ignore\[[a-z-]+(, [a-z-]+)*\](  # | - )\S+ \S+.*|# noqa: [A-Z0-9]+(, [A-Z0-9]+)* - \S+.*"
)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def _comments(text: str) -> list[tuple[int, str]]:
    tokens = tokenize.generate_tokens(StringIO(text).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def test_every_ignore_gives_its_reason() -> None:
    silent = [
        f"{source.name}:{line} {comment}"
        for source in python(*OURS)
        for line, comment in _comments(source.text)
        if IGNORES.search(comment) and not REASONED.search(comment)
    ]
    assert not silent, listed(silent)


def test_the_pwa_ignores_nothing_in_silence() -> None:
    ignored = re.compile(
        r"(@ts-(ignore|expect-error|nocheck)|(eslint|oxlint)-disable(-next-line|-line)?( [\w/@-]+)?)(.*)"
    )
    silent = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in pwa_files()
        for found in ignored.finditer(path.read_text())
        if not re.search(r"\w{3,} \w+", found[5])
    ]
    assert not silent, listed(silent)


def test_nothing_is_left_for_later_in_a_comment() -> None:
    texts = [(source.name, source.text) for source in python(*OURS) if source.name != "tests/house/test_habits.py"]
    texts += [(path.relative_to(ROOT).as_posix(), path.read_text()) for path in pwa_files()]
    assert [name for name, text in texts if UNFINISHED.search(text)] == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    skipping = re.compile(r"pytest\.(skip|xfail|importorskip)|mark\.(skip|skipif|xfail)|unittest\.skip")
    found = [
        source.name
        for source in python("tests")
        if not source.name.startswith("tests/house/") and skipping.search(source.text)
    ]
    skipping_there = re.compile(r"\b(it|test|describe)\.(skip|only|todo|fails|skipIf|runIf)\b|\b(xit|xdescribe|fit)\(")
    found += [str(path.relative_to(ROOT)) for path in pwa_files() if skipping_there.search(path.read_text())]
    assert not found, listed(found)


def test_our_own_code_is_never_mocked() -> None:
    mocking = re.compile(r"unittest\.mock|MagicMock|AsyncMock|mocker\b|monkeypatch\.setattr\((?!\w+, \"[A-Z_]+\")")
    found = [
        source.name
        for source in python("tests")
        if not source.name.startswith("tests/house/") and mocking.search(source.text)
    ]
    assert not found, listed(found)


def test_faults_are_never_swallowed() -> None:
    """``except …: pass`` hides a fault; ``contextlib.suppress`` may stand where the line above says why."""
    swallowed = [
        f"{source.name}:{node.lineno}"
        for source in program()
        for node in walked(source.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or all(isinstance(s, ast.Pass) for s in node.body))
    ]
    assert not swallowed, listed(swallowed)
