"""Lists of divisions as counties have them."""

import json
from pathlib import Path

from tests.house.source import ROOT

SOURCE = ROOT / "fixtures" / "county" / "source" / "divisions.json"
SPOKEN = ROOT / "fixtures" / "county" / "places.json"


def junlian() -> list[tuple[str, str]]:
    """Code and official name of every town and village of Junlian."""
    told = json.loads(SOURCE.read_text())
    rows = []
    for town in told["towns"]:
        rows.append((town["code"], town["name"]))
        rows += [(village["code"], village["name"]) for village in town["villages"]]
    return rows


def small(code: str = "511528") -> list[tuple[str, str]]:
    """Two towns with two villages each, of a county with this code."""
    return [
        (f"{code}100", "古宋镇"),
        (f"{code}100001", "香山社区居民委员会"),
        (f"{code}100201", "万寿村民委员会"),
        (f"{code}200", "仙峰苗族乡"),
        (f"{code}200201", "大元村村民委员会"),
        (f"{code}200202", "群星村民委员会"),
    ]


def csv(rows: list[tuple[str, str]], *, encoding: str = "utf-8", head: str = "code,name") -> bytes:
    """The list as a CSV."""
    return "".join(f"{line}\r\n" for line in (head, *(f'"{code}","{name}"' for code, name in rows))).encode(encoding)


def written(folder: Path, rows: list[tuple[str, str]], **told: str) -> Path:
    """The CSV as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "divisions.csv"
    file.write_bytes(csv(rows, **told))
    return file
