"""The mark 演示数据 on every picture, drawn stroke by stroke: no font is asked, so it never turns into empty boxes."""

from functools import cache

from PIL import Image, ImageDraw

from backend.demonstration.scenes.colours import INK, PAPER

Stroke = tuple[tuple[int, int], ...]

# Each character on a field of 100 × 100, as one would write it.
YAN: tuple[Stroke, ...] = (
    ((12, 14), (27, 26)),
    ((5, 40), (21, 51)),
    ((8, 95), (28, 64)),
    ((65, 2), (68, 13)),
    ((38, 32), (38, 19), (95, 19), (91, 31)),
    ((47, 34), (86, 34)),
    ((42, 48), (91, 48), (91, 77), (42, 77), (42, 48)),
    ((67, 34), (67, 77)),
    ((42, 62), (91, 62)),
    ((54, 82), (36, 97)),
    ((79, 82), (98, 97)),
)
SHI: tuple[Stroke, ...] = (
    ((24, 13), (78, 13)),
    ((5, 40), (96, 40)),
    ((51, 40), (51, 94), (39, 87)),
    ((30, 58), (9, 85)),
    ((70, 57), (93, 85)),
)
SHU: tuple[Stroke, ...] = (
    ((11, 9), (19, 22)),
    ((47, 7), (38, 21)),
    ((3, 30), (55, 30)),
    ((29, 4), (29, 52)),
    ((28, 32), (7, 51)),
    ((30, 32), (53, 48)),
    ((27, 54), (13, 79), (48, 97)),
    ((45, 60), (35, 82), (5, 97)),
    ((2, 68), (57, 68)),
    ((68, 4), (55, 38)),
    ((64, 26), (99, 26)),
    ((87, 28), (77, 66), (50, 97)),
    ((62, 42), (75, 74), (99, 97)),
)
JU: tuple[Stroke, ...] = (
    ((3, 28), (38, 28)),
    ((22, 5), (22, 93), (10, 86)),
    ((3, 66), (38, 50)),
    ((48, 9), (93, 9), (93, 31), (48, 31)),
    ((48, 9), (48, 52), (37, 95)),
    ((54, 48), (99, 48)),
    ((75, 33), (75, 66)),
    ((57, 66), (94, 66), (94, 94), (57, 94), (57, 66)),
)
CHARACTERS = (YAN, SHI, SHU, JU)


@cache
def mark(side: int) -> tuple[Image.Image, Image.Image]:
    """Ground and strokes as masks, for characters of ``side`` pixels; the pair is (ground, strokes)."""
    large, gap = side * 4, side
    width, height = (large + gap) * 4 + gap * 3, large + gap * 4
    ground, strokes = Image.new("L", (width, height)), Image.new("L", (width, height))
    ImageDraw.Draw(ground).rounded_rectangle((0, 0, width - 1, height - 1), radius=height // 2, fill=255)
    pen = ImageDraw.Draw(strokes)
    thick = max(round(large * 0.085), 1)
    for place, character in enumerate(CHARACTERS):
        left, top = gap * 2 + place * (large + gap), gap * 2
        for stroke in character:
            points = [(left + x * large / 100, top + y * large / 100) for x, y in stroke]
            pen.line(points, fill=255, width=thick, joint="curve")
            for x, y in (points[0], points[-1]):
                pen.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=255)
    return ground.reduce(4), strokes.reduce(4)


def stamp(image: Image.Image, side: int) -> None:
    """Put the mark into the lower right corner, in the size that stays readable when the picture is small."""
    ground, strokes = mark(side)
    x, y = image.width - ground.width - side // 2, image.height - ground.height - side // 2
    image.paste(INK, (x, y), ground.point(lambda value: value * 0.62))
    image.paste(PAPER, (x, y), strokes)
