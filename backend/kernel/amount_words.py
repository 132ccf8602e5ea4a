"""How is an amount written in Chinese capitals (大写金额), so that nobody can change a stroke?

By the rules for filling in bills and settlement papers (正确填写票据和结算凭证的基本规定, an annex of the
支付结算办法): 整 after the yuan when nothing follows, none after jiao or fen; one 零 for any run of noughts inside the
number; 零 after 元 where the jiao are nought and fen follow. Where the rules leave a 零 free, the first of their two
forms is written: ￥1,680.32 is 壹仟陆佰捌拾元零叁角贰分.
"""

from backend.kernel.fen import MOST_FEN

_FIGURES = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_GROUPS = ("亿", "万", "")


def in_capitals(amount_fen: int) -> str:
    """The amount without 人民币 in front: 123456 fen is 壹仟贰佰叁拾肆元伍角陆分.

    Raises ``ValueError`` beyond any county's budget.
    """
    if abs(amount_fen) > MOST_FEN:
        raise ValueError("no amount of a county is that large")
    yuan, part = divmod(abs(amount_fen), 100)
    jiao, fen = divmod(part, 10)
    sign = "负" if amount_fen < 0 else ""
    whole = f"{_whole(yuan)}元" if yuan or not part else ""
    if not part:
        return f"{sign}{whole}整"
    # The last yuan or the jiao are nought, and something follows them.
    gap = "零" if yuan and (yuan % 10 == 0 or jiao == 0) else ""
    small = (f"{_FIGURES[jiao]}角" if jiao else "") + (f"{_FIGURES[fen]}分" if fen else "")
    return f"{sign}{whole}{gap}{small}"


def _whole(yuan: int) -> str:
    if not yuan:
        return "零"
    digits = f"{yuan:012d}"
    text, gap = "", False
    for group, unit in enumerate(_GROUPS):
        four = digits[4 * group : 4 * group + 4]
        for figure, place in zip(four, _PLACES, strict=True):
            if figure == "0":
                gap = True
                continue
            text += ("零" if gap and text else "") + _FIGURES[int(figure)] + place
            gap = False
        if four != "0000":
            text += unit
            # 壹拾万柒仟: a nought that ends a group is not spoken unless the next group begins with one too.
            gap = False
    return text
