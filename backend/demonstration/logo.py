"""The demonstration county's own sign: three peaks over a field of tea, in a round frame. No emblem, no letters."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

LOGO = "county-logo"
"""The key under which the registry names it."""

SIDE = 192
_SCALE = 4
_GROUND, _FAR, _NEAR, _SNOW, _SUN = "#0b6b52", "#3f9c7f", "#d9efe6", "#ffffff", "#f3b75a"


def draw_logo() -> bytes:
    """The sign as WebP; the same bytes each time with the same Pillow."""
    side = SIDE * _SCALE
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)

    def at(*points: tuple[int, int]) -> list[tuple[float, float]]:
        return [(x * side / 100, y * side / 100) for x, y in points]

    pen.ellipse((0, 0, side - 1, side - 1), fill=_GROUND)
    pen.ellipse(at((60, 20), (76, 36)), fill=_SUN)
    pen.polygon(at((10, 70), (30, 40), (46, 62), (64, 34), (90, 70)), fill=_FAR)
    pen.polygon(at((22, 70), (48, 26), (74, 70)), fill=_NEAR)
    pen.polygon(at((39, 41), (48, 26), (57, 41), (52, 38), (48, 43), (44, 38)), fill=_SNOW)
    for row in range(3):
        pen.arc(at((8, 64 + row * 9), (92, 108 + row * 9)), 200, 340, fill=_SNOW, width=side // 40)
    frame = Image.new("L", (side, side))
    ImageDraw.Draw(frame).ellipse((0, 0, side - 1, side - 1), fill=255)
    image.putalpha(frame)
    file = BytesIO()
    image.reduce(_SCALE).save(file, "webp", lossless=True)
    return file.getvalue()


def write_logo(folder: Path) -> None:
    """Put it among the county's pictures."""
    target = folder / f"{LOGO}-{SIDE}.webp"
    fresh = target.with_suffix(".new")
    fresh.write_bytes(draw_logo())
    fresh.replace(target)
