"""What are people of a county in southern Sichuan called, and how has that changed since the 1930s?

Surname weights follow the order of published lists of Sichuan's frequent surnames and are our estimate, not a survey;
given names follow the fashion of each generation. Any likeness with a living person is chance: a name alone is nobody.
"""

from backend.demonstration.dice import Dice

SURNAMES: tuple[tuple[str, int], ...] = (
    ("李", 74), ("王", 66), ("张", 62), ("陈", 58), ("刘", 56), ("杨", 46), ("周", 33), ("罗", 32), ("黄", 30),
    ("何", 25), ("吴", 21), ("曾", 20), ("胡", 19), ("唐", 18), ("赵", 18), ("邓", 18), ("谢", 16), ("肖", 15),
    ("郭", 15), ("蒋", 14), ("徐", 14), ("彭", 12), ("朱", 12), ("廖", 12), ("詹", 11), ("曹", 10), ("冯", 10),
    ("袁", 9), ("孙", 9), ("马", 9), ("梁", 8), ("余", 8), ("许", 8), ("宋", 8), ("郑", 8), ("高", 8),
    ("林", 7), ("钟", 7), ("程", 7), ("魏", 6), ("苏", 6), ("雷", 6), ("文", 6), ("蔡", 5), ("范", 5),
    ("龙", 5), ("田", 5), ("叶", 5), ("龚", 5), ("付", 4), ("游", 4), ("先", 4), ("兰", 4), ("牟", 3),
    ("温", 3), ("代", 3), ("侯", 3), ("卢", 3), ("童", 3), ("陶", 3), ("万", 3), ("邱", 3), ("石", 3),
    ("韩", 3), ("江", 3), ("贺", 2), ("毛", 2), ("易", 2), ("庞", 2), ("欧阳", 1),
)  # fmt: skip

MIAO_SURNAMES: tuple[tuple[str, int], ...] = (
    ("杨", 28), ("陶", 20), ("熊", 18), ("王", 14), ("李", 12), ("马", 12), ("古", 9), ("项", 6), ("罗", 6),
    ("韩", 5), ("吴", 4), ("张", 4), ("侯", 3),
)  # fmt: skip
"""Surnames frequent in the four townships of the Miao (苗族乡)."""

_OLD_MEN = (
    "国富 国民 德明 德才 德全 光荣 光明 正华 正清 明德 明贵 世荣 世金 永康 永福 兴发 兴国 大贵 大明 成林 天福 天才 "
    "绍云 绍文 开明 开富 朝贵 朝金 泽林 泽高 文才 文贵 树清 树云 洪发 洪才 代全 维明 家富 仕明 道全 廷贵 显明 吉安"
)
_OLD_WOMEN = (
    "秀英 桂芳 桂英 素珍 素芬 玉兰 玉珍 淑华 淑芳 德芬 德珍 光秀 光玉 正芳 正碧 天秀 天珍 世芬 世芳 永芬 永秀 兴珍 "
    "大秀 成芳 明珍 明秀 朝秀 泽芬 泽珍 文秀 文碧 树芬 洪珍 洪英 代珍 维芬 家秀 仕芳 道芬 显珍 吉英 先碧 开秀 昌珍"
)
_MIDDLE_MEN = (
    "建国 建军 建华 建平 志强 志明 志刚 勇 军 平 刚 强 伟 波 斌 涛 明 云 林 洪 永强 永刚 小平 小兵 小军 小林 晓东 "
    "国强 国平 文武 文华 世平 正军 大勇 光辉 德军 绍军 朝阳 泽军 学军 学文 开华 春林 天华 兴平 成刚 维平 家平 先军"
)
_MIDDLE_WOMEN = (
    "丽 敏 静 燕 梅 琴 芳 英 玲 霞 红 群 莉 萍 艳 琼 建英 建芳 小琴 小梅 小英 晓燕 晓琴 春梅 春兰 秋菊 冬梅 红梅 "
    "国芬 文英 文琼 世琼 正琼 大琼 光琴 德琼 绍琴 朝芬 泽琴 学芬 开琼 天琼 兴琼 成琴 维琼 家琼 先琼 利群 雪梅 永琼"
)
_YOUNG_MEN = (
    "杰 鑫 磊 鹏 浩 超 俊 凯 宇 旭 龙 飞 帅 亮 涛 洋 峰 恒 俊杰 文杰 浩然 宇航 子豪 佳豪 志豪 明杰 天宇 嘉豪 "
    "俊宏 文博 成杰 家豪 海洋 晨曦 伟豪 春阳 国杰 永杰 思源 泽宇 梓轩 奕辰 皓轩 宇轩 浩宇 俊熙 一鸣 星宇"
)
_YOUNG_WOMEN = (
    "婷 娟 丹 倩 雪 颖 欢 娇 瑶 蕾 佳 悦 琳 莎 露 薇 玉婷 雨婷 雨桐 思雨 思琪 欣怡 佳怡 梦婷 梦瑶 雅琴 诗雨 "
    "晓雪 晓玲 婷婷 丹丹 诗涵 欣悦 雨欣 梓涵 可欣 语嫣 紫涵 佳琪 心怡 馨月 芷晴 若曦 静怡 春燕 海燕 小凤 玲玲"
)

_GENERATIONS = (
    (1955, tuple(_OLD_MEN.split()), tuple(_OLD_WOMEN.split())),
    (1984, tuple(_MIDDLE_MEN.split()), tuple(_MIDDLE_WOMEN.split())),
    (9999, tuple(_YOUNG_MEN.split()), tuple(_YOUNG_WOMEN.split())),
)


def given_name(dice: Dice, *, birth_year: int, man: bool) -> str:
    """A given name of one or two characters, as parents of that year chose it."""
    # Fashions overlap: some parents are ten years behind the town, and a few ahead of it.
    fashion = birth_year + dice.below(16) - 10
    men, women = next((men, women) for until, men, women in _GENERATIONS if fashion < until)
    return dice.pick(men if man else women)
