"""The page of one campaign: what it is, what it gives, where the money is, who takes part, what it set in motion."""

from collections.abc import Mapping

from backend.merchants.rules import Trade
from backend.notices.rules import FEWEST, OTHERS, Cell, Notice, Pieces, RoundNotice, Spent
from backend.notices.sheet import View, facts, page, paragraphs, section, sentences, table, told_at
from backend.notices.terms_rules import ALWAYS, MONEY_PATHS, REFUNDS, Both, moment
from backend.notices.words import DRAWS, LEVERAGE, MODES, SIZES, STATES, grouped, times
from backend.notices.words import OTHERS as OTHER_WORDS
from backend.web.markup import Child, Html, element

MERCHANTS_A_PAGE = 40
MOST_ROUNDS = 60
WIDTHS = (360, 720)


def campaign_page(view: View, notice: Notice, *, merchants_page: int = 1) -> bytes:
    """The whole page."""
    plan = notice.plan
    named = view.named((plan.title_zh, plan.title_en))
    title = view.say(f"{named}：信息公开", f"{named}: public notice")
    description = view.named((plan.summary_zh, plan.summary_en)) or view.say(
        "预算、发放、核销、资金、规则和参与商户", "Budget, vouchers, money, rules and merchants"
    )
    parts = (_about, _pieces, _money, _leverage, _rounds, _rules, _lots, _places)
    return page(
        view,
        title=title,
        description=description,
        picture=plan.picture,
        body=[
            _as_of(view, notice),
            _picture(plan.picture) if merchants_page == 1 else None,
            [part(view, notice) for part in parts] if merchants_page == 1 else None,
            _merchants(view, notice, merchants_page),
            _complaint(view, notice),
        ],
    )


def _as_of(view: View, notice: Notice) -> Html:
    return element(
        "p", view.say("数据截至 ", "Figures as of "), element("strong", told_at(view, notice.as_of)), class_="soft"
    )


def _picture(key: str | None) -> Html | None:
    if key is None:
        return None
    small, large = (f"/media/{key}-{width}.webp" for width in WIDTHS)
    return element(
        "img", src=small, srcset=f"{small} 360w, {large} 720w", sizes="(min-width:40rem) 40rem, 100vw", alt="",
        width=720, height=480, loading="lazy",
    )  # fmt: skip


def _about(view: View, notice: Notice) -> Html:
    plan = notice.plan
    approved = f"（{moment(notice.approved_at)[:10]}）" if notice.approved_at else ""
    return section(
        view.say("活动", "The campaign"),
        paragraphs(view.named((plan.summary_zh, plan.summary_en))),
        facts(
            [
                (view.say("状态", "State"), view.named(STATES[notice.state])),
                (view.say("公告文号", "Notice number"), plan.notice_no),
                (view.say("批准文号", "Approved by"), notice.document_no + approved if notice.document_no else ""),
                (view.say("主办部门", "Department"), plan.department),
                (view.say("规则版本", "Version of the rules"), str(notice.version)),
                (view.say("预算总额（财政资金，元）", "Budget, public money (yuan)"), grouped(notice.budget_fen)),
            ]
        ),
        element("h3", view.say("资金怎么走", "How the money goes")),
        element("p", view.named(MONEY_PATHS[plan.money_path])),
    )


def _pieces(view: View, notice: Notice) -> Html:
    return section(view.say("消费券（张）", "Vouchers (pieces)"), facts(_piece_rows(view, notice.pieces)))


def _piece_rows(view: View, pieces: Pieces) -> list[tuple[str, Child]]:
    rows = (
        (view.say("计划", "Planned"), pieces.planned),
        (view.say("已发放", "Issued"), pieces.issued),
        (view.say("已核销", "Redeemed"), pieces.redeemed),
        (view.say("已过期或作废", "Expired or voided"), pieces.ended),
        (view.say("未使用", "Not used yet"), pieces.open),
        (view.say("还可发放", "Still to be issued"), pieces.left),
    )
    return [(name, f"{count:,}") for name, count in rows]


def _money(view: View, notice: Notice) -> Html:
    money, platform = notice.money, notice.platform
    late = money.owed_fen < 0
    owed = view.say("其中商户应退回", "of that owed back by merchants")
    owed = owed if late else view.say("其中应付未付", "of that owed to merchants")
    rows = [
        (view.say("已到位", "Funded"), money.funded_fen),
        (view.say("还可发放", "Still to be issued"), money.left_fen),
        (view.say("在未使用的券里", "In vouchers not used yet"), money.open_fen),
        (view.say("已核销（扣除退货）", "Redeemed, after refunds"), money.redeemed_fen),
        (view.say("其中已付商户", "of that paid to merchants"), money.paid_out_fen),
        (owed, abs(money.owed_fen)),
        (view.say("待上缴国库", "To be returned to the treasury"), money.to_return_fen),
        (view.say("已上缴国库", "Returned to the treasury"), money.returned_fen),
    ]
    apart = [
        (view.say("平台补贴", "The platform company's share"), platform.borne_fen),
        (view.say("其中已付商户", "of that paid to merchants"), platform.paid_out_fen),
        (view.say("商家让利", "Borne by the merchants themselves"), notice.merchants_fen),
    ]
    return section(
        view.say("财政资金（元）", "Public money (yuan)"),
        facts([(name, grouped(fen)) for name, fen in rows]),
        element("h3", view.say("财政以外的优惠（元）", "Discounts beside public money (yuan)")),
        facts([(name, grouped(fen)) for name, fen in apart]),
    )


def _leverage(view: View, notice: Notice) -> Html:
    told = [(view.say("全部用券账单", "All bills with vouchers"), notice.spent)]
    told.append((view.say("凭证已核对的账单", "Bills with matched proof"), notice.spent_matched))
    rows = [_spent_row(name, spent) for name, spent in told if spent is not None]
    heads = (
        view.say("范围", "Which"),
        view.say("笔数", "Bills"),
        view.say("账单总额（元）", "Total (yuan)"),
        view.say("优惠以外（元）", "Beyond discounts (yuan)"),
        view.say("财政优惠（元）", "Public discounts (yuan)"),
        view.say("毛杠杆", "Gross"),
        view.say("净杠杆", "Net"),
    )
    few = view.say(f"不足 {FEWEST} 笔的不公布，以免推知个人消费。", f"Fewer than {FEWEST} bills are not told.")
    return section(
        view.say("拉动消费（杠杆率）", "Leverage"),
        sentences([view.named(line) for line in LEVERAGE]),
        table(view.say("用券账单与杠杆率", "Bills and leverage"), heads, rows, stacked=True) if rows else None,
        element("p", few, class_="soft") if len(rows) < len(told) else None,
    )


def _spent_row(name: str, spent: Spent) -> list[Child]:
    sums, found = spent.spending, spent.leverage
    ratios = (times(found.gross_hundredths), times(found.net_hundredths)) if found else ("—", "—")
    money = (grouped(sums.bill_fen), grouped(sums.beyond_fen), grouped(sums.public_fen))
    return [name, f"{sums.bills:,}", *money, *ratios]


def _rounds(view: View, notice: Notice) -> Html:
    kinds = {kind.code: view.named((kind.name_zh, kind.name_en)) for kind in notice.kinds}
    heads = (
        view.say("轮次", "Round"),
        view.say("方式", "How"),
        view.say("时间", "When"),
        view.say("预算（元）", "Budget (yuan)"),
        view.say("计划", "Planned"),
        view.say("已发放", "Issued"),
        view.say("已核销", "Redeemed"),
    )
    rows = [_round_row(view, one, kinds) for one in notice.rounds[:MOST_ROUNDS]]
    left_out = len(notice.rounds) - len(rows)
    more = view.say(f"另有 {left_out} 轮，见公开数据。", f"{left_out} more rounds are in the public data.")
    return section(
        view.say("发放轮次", "Rounds"),
        table(
            view.say("各轮次（单位：张，预算为元）", "Rounds, in pieces; the budget in yuan"), heads, rows, stacked=True
        ),
        element("p", more) if left_out else None,
    )


def _round_row(view: View, one: RoundNotice, kinds: Mapping[str, str]) -> list[Child]:
    budget = view.say("本券种剩余", "what its kind has left") if one.budget_fen is None else grouped(one.budget_fen)
    return [
        [view.named((one.name_zh, one.name_en)), element("br"), element("span", kinds[one.kind_code], class_="soft")],
        view.named(MODES[one.mode]),
        f"{moment(one.opens_at)} – {moment(one.closes_at)}",
        budget,
        f"{one.pieces.planned:,}",
        f"{one.pieces.issued:,}",
        f"{one.pieces.redeemed:,}",
    ]


def _rules(view: View, notice: Notice) -> Html:
    return section(
        view.say(f"规则（第 {notice.version} 版）", f"Rules (version {notice.version})"),
        [
            [
                element("h3", view.named((kind.name_zh, kind.name_en))),
                element(
                    "p",
                    view.say(
                        f"{kind.pieces:,} 张，财政预算 {grouped(kind.budget_fen)} 元",
                        f"{kind.pieces:,} pieces, {grouped(kind.budget_fen)} yuan of public money",
                    ),
                    class_="soft",
                ),
                sentences(kind.rules_en if view.english else kind.rules_zh),
            ]
            for kind in notice.kinds
        ],
        element("h3", view.say("退货", "Refunds")),
        element("p", view.named(REFUNDS[notice.plan.refund_policy])),
        element("p", view.named(ALWAYS)),
    )


def _lots(view: View, notice: Notice) -> Html | None:
    if not notice.draws and not notice.lists:
        return None
    names = {one.round_id: view.named((one.name_zh, one.name_en)) for one in notice.rounds}
    draws = [
        element(
            "li",
            view.say(
                f"{names[one.round_id]}：{DRAWS[one.state][0]}；报名 {one.entered:,} 人，已发放 {one.issued:,} 张。",
                f"{names[one.round_id]}: {DRAWS[one.state][1]}; {one.entered:,} entered, {one.issued:,} issued. ",
            ),
            element(
                "a",
                view.say("核验材料（任何人都可重算）", "Proof, for anybody to work out again"),
                href=f"/api/v1/public/rounds/{one.round_id}/draw",
            ),
        )
        for one in notice.draws
    ]
    lists = [
        element(
            "li",
            view.say(
                f"定向名单 {one.document_no}：{one.people:,} 人。", f"List {one.document_no}: {one.people:,} people."
            ),
        )
        for one in notice.lists
    ]
    return section(view.say("摇号和定向名单", "Draws and lists"), element("ul", draws, lists))


def _places(view: View, notice: Notice) -> Html | None:
    if not notice.towns and not notice.trades:
        return None
    trades: dict[str, Both] = {trade.value: (trade.zh, trade.en) for trade in Trade}
    note = view.say(
        f"截至昨日；不足 {FEWEST} 笔的并入“其他”。", f"Up to yesterday; fewer than {FEWEST} are among “Others”."
    )
    return section(
        view.say("核销分布", "Where vouchers were used"),
        element("p", note, class_="soft"),
        _cells(view, ("按乡镇", "By town"), ("乡镇", "Town"), notice.towns, notice.town_names),
        _cells(view, ("按行业", "By trade"), ("行业", "Trade"), notice.trades, trades),
    )


def _cells(view: View, caption: Both, head: Both, cells: list[Cell], names: Mapping[str, Both]) -> Html:
    names = {**names, OTHERS: OTHER_WORDS}
    heads = (
        view.named(head),
        view.say("核销（笔）", "Redeemed"),
        view.say("财政优惠（元）", "Public discounts (yuan)"),
    )
    rows = [
        [view.named(names.get(cell.key, (cell.key, cell.key))), f"{cell.pieces:,}", grouped(cell.public_fen)]
        for cell in cells
    ]
    return table(view.named(caption), heads, rows, stacked=True)


def _merchants(view: View, notice: Notice, number: int) -> Html:
    total = len(notice.takers)
    begins = (number - 1) * MERCHANTS_A_PAGE
    shown = notice.takers[begins : begins + MERCHANTS_A_PAGE]
    heads = (
        view.say("商户", "Merchant"),
        view.say("乡镇", "Town"),
        view.say("行业", "Trade"),
        view.say("规模", "Size"),
    )
    rows: list[list[Child]] = [
        [
            view.named((one.name_zh, one.name_en)),
            view.named(notice.town_names.get(one.town_code, (one.town_code, one.town_code))),
            view.say(one.trade.zh, one.trade.en),
            view.named(SIZES[one.size]),
        ]
        for one in shown
    ]
    here = f"/notice/campaigns/{notice.campaign_id}"
    back, more = str(number - 1), str(number + 1)
    return section(
        view.say(f"参加活动的商户（{total:,} 家）", f"Merchants that take part ({total:,})"),
        table(
            view.say(f"第 {begins + 1}–{begins + len(shown)} 家", f"{begins + 1} to {begins + len(shown)}"),
            heads,
            rows,
            stacked=True,
        )
        if rows
        else element("p", view.say("还没有。", "None yet.")),
        element("p", element("a", view.say("上一页", "Earlier"), href=view.here(here, merchants=back)))
        if number > 1
        else None,
        element("p", element("a", view.say("更多商户", "More merchants"), href=view.here(here, merchants=more)))
        if begins + MERCHANTS_A_PAGE < total
        else None,
    )


def _complaint(view: View, notice: Notice) -> Html:
    phone = notice.plan.complaint_phone
    return section(
        view.say("投诉举报", "Complaints") if phone else view.say("公开数据", "Data"),
        element("p", view.say("电话：", "Phone: "), element("a", phone, href=f"tel:{phone}")) if phone else None,
        element(
            "p",
            element(
                "a",
                view.say("公开数据（JSON）", "This notice as data (JSON)"),
                href=f"/api/v1/public/campaigns/{notice.campaign_id}",
            ),
        ),
    )
