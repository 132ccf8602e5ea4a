"""Does every dependency in ``pyproject.toml`` stand in its lock, in a version it allows? Needs no network."""

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Name each dependency that its lock lacks or holds in another version; 1 if there is any."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = project["optional-dependencies"]["dev"]
    wanted = {"requirements.lock": project["dependencies"], "requirements-dev.lock": [*project["dependencies"], *extra]}
    gaps = [f"{name}: {gap}" for name, texts in wanted.items() for gap in gaps_in(ROOT / name, texts)]
    for gap in gaps:
        print(f"{gap} (run make lock)")
    return 1 if gaps else 0


def gaps_in(lock: Path, texts: list[str]) -> list[str]:
    """The requirements that this lock does not satisfy."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock.read_text(), flags=re.MULTILINE)
    locked = {canonicalize_name(name): version for name, version in found}
    requirements = [Requirement(text) for text in texts]
    return [
        f"{requirement} is locked as {locked.get(canonicalize_name(requirement.name), 'nothing')}"
        for requirement in requirements
        if not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), ""), prereleases=True)
    ]


if __name__ == "__main__":
    sys.exit(main())
