"""Another version of the built PWA: the same pages, every file under another name, the earlier files still there."""

import json
import re
import shutil
from pathlib import Path

PWA = Path(__file__).resolve().parents[2] / "pwa"
HASHED = re.compile(r"[\w.-]+-[\w-]{8}\.(?:js|css)")
TEXT = {".js", ".css", ".html", ".json"}


def next_version(dist: Path, to: Path, *, mark: str, keeping: bool = True) -> None:
    """Make it; `mark` is a word that the next version's pages carry in their title's tag.

    A real build changes the names of all files that changed, and of those that name them; here all of them change.
    With `keeping` the earlier files stay served, as `build/kept_assets.ts` leaves them.
    """
    shutil.copytree(dist, to)
    now = set(json.loads((dist / "builds.json").read_text())[-1]["files"])
    named = {Path(file).name for file in now if HASHED.fullmatch(Path(file).name)}
    renamed = {name: re.sub(r"\.(\w+)$", r"N.\1", name) for name in named}
    pattern = re.compile("|".join(sorted(map(re.escape, named), key=len, reverse=True)))
    for name, other in renamed.items():
        text = (dist / "assets" / name).read_text()
        (to / "assets" / other).write_text(pattern.sub(lambda found: renamed[found[0]], text))
        if not keeping:
            (to / "assets" / name).unlink()
    for page in [*to.glob("*/index.html"), to / "sw.js"]:
        text = pattern.sub(lambda found: renamed[found[0]], page.read_text())
        # A page's own revision in the list of what is kept.
        text = re.sub(r'("revision":")(\w+)(","url":"/\w+/")', r"\1\2n\3", text)
        page.write_text(text.replace("<title>", f'<meta name="version" content="{mark}" /><title>'))
