"""How is a site's filing told? ICP and 公安 numbers stand in every footer and lead to the registers that keep them.

Rules of the two ministries: the number, linked with its register.
"""

import re

ICP = re.compile(r"[\u4e00-\u9fff]ICP\u5907[0-9]{6,12}\u53f7(-[0-9]{1,3})?")
"""蜀ICP备2026000001号-1"""
POLICE = re.compile(r"[\u4e00-\u9fff]\u516c\u7f51\u5b89\u5907([0-9]{14})\u53f7")
"""川公网安备51152700000001号"""
ICP_REGISTER = "https://beian.miit.gov.cn/"
POLICE_REGISTER = "https://beian.mps.gov.cn/#/query/webSearch?code="


def filing_links(icp: str, police: str) -> list[tuple[str, str | None]]:
    """What stands in a footer, and where it leads; one that is not written as the register writes it leads nowhere."""
    code = POLICE.fullmatch(police)
    found = [
        (icp, ICP_REGISTER if ICP.fullmatch(icp) else None),
        (police, f"{POLICE_REGISTER}{code[1]}" if code else None),
    ]
    return [(text, address) for text, address in found if text]
