"""Which code has a height above the ellipsoid, and how is it woven into a grid code?

GB/T 39409-2020, 6 and appendix C: twelve signs for the height, interleaved level by level with the twenty of the
two-dimensional code. Layers grow with the distance from the Earth's centre, so the count is a logarithm; it is taken
with fifty decimals. Rules G13 to G16 of ``fixtures/protocols/grid-code/SPEC.md``.
"""

import re
from decimal import ROUND_FLOOR, Context, Decimal

from backend.kernel.grid_cell import GridCodeProblem, check_level, level_of_length, signs_of_level
from backend.kernel.grid_code import decode, encode

_EXACT = Context(prec=50, rounding=ROUND_FLOOR)
_EARTH_RADIUS_M = 6_378_137
_DEGREE_IN_RADIANS = _EXACT.divide(Decimal("3.14159265358979323846264338327950288419716939937510582"), Decimal(180))
_LAYERS_PER_STEP = 3600 * 2048
_BITS = (6, 3, 1, 4, 4, 1, 3, 3, 3, 3)
"""Bits of the layer's number at levels 1 to 10, from the top (C.14)."""

_SIGNS = "0123456789ABCDEF"
_HEIGHT = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,20})?")
_HEIGHT_CODE = re.compile(r"[01](?:[0-5][0-9]|6[0-3])[0-7][01][0-9A-F]{2}[01][0-7]{4}")


def height_code(height: str, level: int = 10) -> str:
    """The height signs down to ``level``: height in metres above the ellipsoid (大地高), as decimal text.

    Below the ellipsoid the first sign is 1 and the rest counts the layers downward.
    """
    check_level(level)
    if not _HEIGHT.fullmatch(height) or Decimal(height) <= -_EARTH_RADIUS_M:
        raise GridCodeProblem("height", "写成以米为单位的大地高，例如 423.5", "write metres, for example 423.5")
    ratio = _EXACT.divide(_EXACT.add(Decimal(height), Decimal(_EARTH_RADIUS_M)), Decimal(_EARTH_RADIUS_M))
    steps = _EXACT.divide(_EXACT.ln(ratio), _EXACT.ln(_EXACT.add(Decimal(1), _DEGREE_IN_RADIANS)))
    layer = int(_EXACT.multiply(steps, Decimal(_LAYERS_PER_STEP)).to_integral_value(ROUND_FLOOR))
    if not -256 * _LAYERS_PER_STEP <= layer < 256 * _LAYERS_PER_STEP:
        raise GridCodeProblem("height", "超出 -6302 公里到 528680 公里", "must lie between -6302 km and 528680 km")
    code, left = ("1" if layer < 0 else "0"), 31
    for bits in _BITS[:level]:
        left -= bits
        value = abs(layer) >> left & (1 << bits) - 1
        code += f"{value:02d}" if bits == 6 else _SIGNS[value]
    return code


def interleave(code: str, height: str) -> str:
    """A three-dimensional code from a two-dimensional one and the height signs of the same level."""
    level = level_of_length(code)
    decode(code)
    padded = height + "000000000000"[len(height) :]
    if len(height) != level + 2 or not _HEIGHT_CODE.fullmatch(padded):
        raise GridCodeProblem("height", f"高度码应为 {level + 2} 位", f"the height code must have {level + 2} signs")
    woven = code[0] + height[0]
    for step in range(1, level + 1):
        woven += signs_of_level(code, step) + (height[1:3] if step == 1 else height[step + 1])
    return woven


def encode_3d(lat: str, lon: str, height: str, level: int = 10) -> str:
    """The three-dimensional code of a point, at most 32 signs."""
    return interleave(encode(lat, lon, level), height_code(height, level))
