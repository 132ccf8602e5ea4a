"""Which pages do the four apps have? Read from their routers' own files."""

import re
from pathlib import Path

PWA = Path(__file__).resolve().parents[2] / "pwa"
APPS = ("resident", "station", "merchant", "office")
PATH = re.compile(r"^\s+path: '([^']+)'", re.MULTILINE)


def routes() -> list[str]:
    """Every address with its parameters, `/office/campaigns/:id/edit`."""
    every = _paths(PWA / "src" / "shell" / "start.ts")
    staff = _paths(PWA / "src" / "staff" / "routes.ts")
    found = []
    for app in APPS:
        file = PWA / "apps" / app / "routes.ts"
        own = _paths(file)
        own += staff if "...staffRoutes(" in file.read_text() else []
        found += [f"/{app}{path}" for path in [*own, *every]]
    return found


def _paths(file: Path) -> list[str]:
    found = PATH.findall(file.read_text())
    assert found, f"{file} has no routes that can be read"
    return found


def unseen(looked_at: list[str]) -> list[str]:
    """The routes that none of these addresses leads to; a parameter is filled by a `{place}`."""
    return [route for route in routes() if not any(_leads(route, address) for address in looked_at)]


def _leads(route: str, address: str) -> bool:
    if ":lost" in route:
        return address == route.partition(":")[0] + "nowhere"
    pattern = re.sub(r":\w+", r"\\{\\w+\\}", re.escape(route).replace(r"\:", ":"))
    return re.fullmatch(pattern, address) is not None
