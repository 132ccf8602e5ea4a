"""What can be drawn: gradients, smooth shapes, ribbons, soft shadows and mist, on 1080 × 720 units.

Pillow draws without smoothing, so everything is drawn at twice the size and halved at the end. Whatever must be soft is
drawn on a small mask, blurred there and enlarged: a tenth of the work.
"""

from collections.abc import Callable, Sequence
from math import cos, hypot, pi, sin

from PIL import Image, ImageDraw, ImageFilter

from backend.demonstration.dice import Dice
from backend.demonstration.scenes.colours import Colour, Light, mix

WIDTH = 1080
HEIGHT = 720
SCALE = 2
SOFT = 6
"""A soft mask has one pixel for so many units."""

Point = tuple[float, float]


class Canvas:
    """A sheet with its light and its dice."""

    def __init__(self, dice: Dice, light: Light) -> None:
        self.dice = dice
        self.light = light
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), light.sky_low)
        # Pillow blends every pixel of an RGBA pen, even with opaque ink; the plain pen is three times as quick.
        self._plain = ImageDraw.Draw(self.image)
        self._veil = ImageDraw.Draw(self.image, "RGBA")

    def gradient(self, top: Colour, bottom: Colour, y: float = 0, height: float = HEIGHT) -> None:
        """A band of the whole width that runs from one colour to another."""
        strip = Image.new("RGB", (1, 32))
        strip.putdata([mix(top, bottom, step / 31) for step in range(32)])
        self.image.paste(_widened(strip, round(height * SCALE)), (0, round(y * SCALE)))

    def gradient_box(self, x: float, y: float, width: float, height: float, top: Colour, bottom: Colour) -> None:
        """A small rectangle that runs from one colour to another: a screen, a tray."""
        steps = 12
        for step in range(steps):
            self.box(x, y + height * step / steps, width, height / steps + 0.5, mix(top, bottom, step / (steps - 1)))

    def polygon(self, points: Sequence[Point], colour: Colour, alpha: float = 1) -> None:
        """A shape with straight edges."""
        self._pen(alpha).polygon([(x * SCALE, y * SCALE) for x, y in points], fill=_ink(colour, alpha))

    def blob(self, points: Sequence[Point], colour: Colour, alpha: float = 1) -> None:
        """A closed shape that passes smoothly through the points."""
        self.polygon(smooth(points, closed=True), colour, alpha)

    def circle(self, x: float, y: float, radius: float, colour: Colour, alpha: float = 1) -> None:
        """A disc."""
        self.ellipse(x, y, radius, radius, colour, alpha)

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: Colour, alpha: float = 1) -> None:
        """An upright ellipse around its middle."""
        box = ((x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE)
        self._pen(alpha).ellipse(box, fill=_ink(colour, alpha))

    def box(
        self, x: float, y: float, width: float, height: float, colour: Colour, *, round_: float = 0, alpha: float = 1
    ) -> None:
        """A rectangle from its upper left corner, with round corners if wished."""
        corners = (x * SCALE, y * SCALE, (x + width) * SCALE - 1, (y + height) * SCALE - 1)
        self._pen(alpha).rounded_rectangle(corners, radius=round_ * SCALE, fill=_ink(colour, alpha))

    def ribbon(self, points: Sequence[Point], width: float, colour: Colour, alpha: float = 1) -> None:
        """A smooth line of one width with round ends."""
        self.line(smooth(points, closed=False), width, colour, alpha)

    def line(self, points: Sequence[Point], width: float, colour: Colour, alpha: float = 1) -> None:
        """A line of straight pieces with round joints and ends."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._pen(alpha).line(scaled, fill=_ink(colour, alpha), width=max(1, round(width * SCALE)), joint="curve")
        if alpha == 1 and width > 2:
            for x, y in (points[0], points[-1]):
                self.circle(x, y, width / 2 - 0.3, colour)

    def taper(self, points: Sequence[Point], first: float, last: float, colour: Colour) -> None:
        """A smooth stroke whose width runs from ``first`` to ``last``: a branch, a horn, a leaf's stalk."""
        path = smooth(points, closed=False)
        left, right = [], []
        for index, (x, y) in enumerate(path):
            before, after = path[max(index - 1, 0)], path[min(index + 1, len(path) - 1)]
            dx, dy = after[0] - before[0], after[1] - before[1]
            length = hypot(dx, dy) or 1
            half = (first + (last - first) * index / (len(path) - 1)) / 2
            left.append((x - dy / length * half, y + dx / length * half))
            right.append((x + dy / length * half, y - dx / length * half))
        self.polygon([*left, *reversed(right)], colour)
        self.circle(*path[0], first / 2 - 0.3, colour)
        self.circle(*path[-1], max(last / 2 - 0.3, 0.3), colour)

    def soft(self, colour: Colour, draw: Callable[[ImageDraw.ImageDraw], None], blur: float, strength: float) -> None:
        """Lay a colour through a blurred mask; ``draw`` paints the mask in ``SOFT`` units with white."""
        mask = Image.new("L", (WIDTH // SOFT, HEIGHT // SOFT))
        draw(ImageDraw.Draw(mask))
        mask = mask.filter(ImageFilter.GaussianBlur(blur / SOFT)).point(lambda value: value * strength)
        box = mask.getbbox()
        if box is None:
            return
        # Only the part that holds something is enlarged; one pixel around it keeps the edge smooth.
        left, top = max(box[0] - 1, 0), max(box[1] - 1, 0)
        right, bottom = min(box[2] + 1, mask.width), min(box[3] + 1, mask.height)
        part = mask.crop((left, top, right, bottom))
        # The last doubling copies pixels: invisible in what is soft anyway, and a quarter of the work.
        half = part.resize((part.width * SOFT, part.height * SOFT), Image.Resampling.BILINEAR)
        factor = SOFT * SCALE
        large = half.resize((part.width * factor, part.height * factor), Image.Resampling.NEAREST)
        self.image.paste(colour, (left * factor, top * factor), large)

    def shadow(self, x: float, y: float, rx: float, ry: float, strength: float = 0.35) -> None:
        """A soft shadow on the ground below something."""

        def draw(pen: ImageDraw.ImageDraw) -> None:
            pen.ellipse(((x - rx) / SOFT, (y - ry) / SOFT, (x + rx) / SOFT, (y + ry) / SOFT), fill=255)

        self.soft(self.light.shade, draw, blur=max(ry * 0.7, 8), strength=strength)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float = 0.6) -> None:
        """Light around a sun, a lamp, a window."""

        def draw(pen: ImageDraw.ImageDraw) -> None:
            inner = radius * 0.55 / SOFT
            pen.ellipse((x / SOFT - inner, y / SOFT - inner, x / SOFT + inner, y / SOFT + inner), fill=255)

        self.soft(colour, draw, blur=radius * 0.4, strength=strength)

    def mist(self, y: float, height: float, strength: float = 0.9, colour: Colour | None = None) -> None:
        """A veil that is thickest in its middle line and gone at both edges."""
        strip = Image.new("L", (1, 33))
        strip.putdata([round(255 * strength * sin(pi * step / 32) ** 1.5) for step in range(33)])
        mask = _widened(strip, round(height * SCALE))
        self.image.paste(colour or self.light.mist, (0, round((y - height / 2) * SCALE)), mask)

    def steam(self, x: float, y: float, height: float, wisps: int = 3, spread: float = 44) -> None:
        """Wisps that rise from something hot."""

        def draw(pen: ImageDraw.ImageDraw) -> None:
            for wisp in range(wisps):
                foot = x + (wisp - (wisps - 1) / 2) * spread
                phase = self.dice.between(0, 2 * pi)
                tall = height * self.dice.between(0.75, 1)
                path = [
                    (
                        (foot + sin(phase + step / 3.2) * (6 + step * 1.2)) / SOFT,
                        (y - tall * step / 14) / SOFT,
                    )
                    for step in range(15)
                ]
                pen.line(path, fill=255, width=3, joint="curve")

        self.soft((255, 255, 255), draw, blur=9, strength=0.75)

    def _pen(self, alpha: float) -> ImageDraw.ImageDraw:
        return self._plain if alpha >= 1 else self._veil


def _widened(strip: Image.Image, height: int) -> Image.Image:
    """A column of pixels as a band of the whole width."""
    tall = strip.resize((1, height), Image.Resampling.BILINEAR)
    return tall.resize((WIDTH * SCALE, height), Image.Resampling.NEAREST)


def smooth(points: Sequence[Point], *, closed: bool, steps: int = 8) -> list[Point]:
    """Points of a Catmull-Rom curve through the given ones."""
    count = len(points)
    if count < 3:
        return list(points)
    path: list[Point] = []
    for index in range(count if closed else count - 1):
        p0 = points[(index - 1) % count] if closed or index > 0 else points[0]
        p1, p2 = points[index], points[(index + 1) % count]
        p3 = points[(index + 2) % count] if closed or index + 2 < count else points[-1]
        for step in range(steps):
            t = step / steps
            path.append((_spline(p0[0], p1[0], p2[0], p3[0], t), _spline(p0[1], p1[1], p2[1], p3[1], t)))
    if not closed:
        path.append(points[-1])
    return path


def arc(x: float, y: float, rx: float, ry: float, begin: float, end: float, steps: int = 24) -> list[Point]:
    """Points along an ellipse from one angle to another, in degrees clockwise from the right."""
    angles = [(begin + (end - begin) * step / steps) * pi / 180 for step in range(steps + 1)]
    return [(x + rx * cos(angle), y + ry * sin(angle)) for angle in angles]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)


def _ink(colour: Colour, alpha: float) -> tuple[int, ...]:
    return colour if alpha >= 1 else (*colour, round(255 * alpha))
