"""How are the faults of a sheet told at a terminal? Each with its place and its mend, one language after the other."""

from collections.abc import Sequence

from backend.sheets.columns import SheetFault

MOST_TOLD = 50


def faults_told(zh: str, en: str, faults: Sequence[SheetFault]) -> tuple[str, str]:
    """Both texts: the sentence, then the faults; very many are cut with their number."""
    shown = faults[:MOST_TOLD]
    more = len(faults) - len(shown)
    told_zh = [f"{zh}（{len(faults)} 处）：", *(f"  {fault.told_zh}" for fault in shown)]
    told_en = [f"{en} ({len(faults)}):", *(f"  {fault.told_en}" for fault in shown)]
    if more:
        told_zh.append(f"  还有 {more} 处")
        told_en.append(f"  and {more} more")
    return "\n".join(told_zh), "\n".join(told_en)
