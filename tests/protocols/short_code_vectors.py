"""Vectors of ``fixtures/protocols/short-code``: what people type, and how a code is shown and said."""

from typing import Any

READ = {
    "04207716": "as shown, without the space",
    "0420 7716": "as shown",
    "0420-7716": "with a dash",
    " 0420  7716 \r\n": "with stray spaces and a line end",
    "０４２０　７７１６": "full-width digits and a full-width space",
    "0４2０－77１6": "half full-width, with a full-width dash",
    "0 4 2 0 7 7 1 6": "digit by digit",
    "0420\u00a07716": "a space that does not break",
    "0420\u2009\u20147716": "a thin space and a long dash",
    "0420\u200b7716": "a space without width",
}

REFUSED = {
    "": "nothing",
    "0420771": "seven digits",
    "042077160": "nine digits",
    "0420771O": "the letter O",
    "0420.7716": "a dot",
    "+04207716": "a sign",
    "〇四二〇七七一六": "Chinese numerals",
    "٠٤٢٠٧٧١٦": "Arabic-Indic digits",
    "①②③④⑤⑥⑦⑧": "digits in circles",
    "0420\u00ad7716": "a soft hyphen",
    "0" + " " * 64 + "4207716": "longer than anybody types",
    "XV1:04207716": "another kind of code",
}


def vectors() -> list[dict[str, Any]]:
    """All cases, in the order of the specification."""
    read = [{"op": "read", "case": "S2", "typed": typed, "code": "04207716", "why": why} for typed, why in READ.items()]
    refused = [{"op": "read", "case": "S3", "typed": typed, "code": None, "why": why} for typed, why in REFUSED.items()]
    said = [
        {"op": "say", "case": "S4", "code": "04207716", "shown": "0420 7716", "said": "零 四 二 零，七 七 幺 六"},
        {"op": "say", "case": "S4", "code": "13589000", "shown": "1358 9000", "said": "幺 三 五 八，九 零 零 零"},
    ]
    return read + refused + said
