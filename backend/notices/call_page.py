"""The page of one call for merchants: its rules, who is publicised and how to object (公示), and the list."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from backend.merchants.call_rules import Call, CallVersion, FileKind
from backend.merchants.list_views import Listed, Publicised
from backend.merchants.rules import LicenceKind
from backend.notices.sheet import View, facts, page, paragraphs, section, sentences, table, told_at
from backend.notices.terms_rules import Both, moment
from backend.notices.words import SIZES
from backend.web.markup import Child, Html, element

MOST_SHOWN = 60
FILES: dict[FileKind, Both] = {
    FileKind.BUSINESS_LICENCE: ("营业执照", "business licence"),
    FileKind.TRADE_LICENCE: ("行业许可证", "trade licence"),
    FileKind.PREMISES: ("经营场所照片", "photo of the premises"),
    FileKind.COMMITMENT: ("诚信经营承诺书", "signed commitment"),
    FileKind.BANK_PROOF: ("开户证明", "proof of the bank account"),
}
LICENCES: dict[LicenceKind, Both] = {
    LicenceKind.FOOD_BUSINESS: ("食品经营许可证", "food business licence"),
    LicenceKind.FOOD_PRODUCTION: ("食品生产许可证", "food production licence"),
    LicenceKind.HYGIENE: ("卫生许可证", "hygiene licence"),
}


def present_version(call: Call, at: datetime) -> CallVersion:
    """The version that counts; before the first one counts, the first."""
    return [call.versions[0], *(one for one in call.versions if one.effective_at <= at)][-1]


def call_page(
    view: View, call: Call, publicised: list[Publicised], listed: list[Listed], towns: Mapping[str, Both], at: datetime
) -> bytes:
    """The whole page."""
    version = present_version(call, at)
    rules = version.rules
    named = view.named((rules.title_zh, rules.title_en))
    return page(
        view,
        title=named,
        description=view.named((rules.text_zh, rules.text_en)),
        picture=None,
        body=[
            element("p", view.say("数据截至 ", "As of "), element("strong", told_at(view, at)), class_="soft"),
            _rules(view, version, towns),
            _coming(view, call, at),
            _publicised(view, publicised, towns, at),
            _listed(view, listed, towns),
        ],
    )


def _rules(view: View, version: CallVersion, towns: Mapping[str, Both]) -> Html:
    rules = version.rules
    trades = [(trade.zh, trade.en) for trade in rules.trades]
    places = [towns.get(code, (code, code)) for code in rules.towns]
    anyone = view.say("不限", "any")
    return section(
        view.say(f"征集公告（第 {version.version} 版）", f"The call (version {version.version})"),
        paragraphs(view.named((rules.text_zh, rules.text_en))),
        facts(
            [
                (view.say("文号", "Document number"), rules.document_no),
                (view.say("报名时间", "Applications"), f"{moment(rules.opens_at)} – {moment(rules.closes_at)}"),
                (view.say("行业", "Trades"), _names(view, trades) or anyone),
                (view.say("乡镇", "Towns"), _names(view, places) or anyone),
                (view.say("规模", "Size"), _names(view, [SIZES[one] for one in rules.sizes]) or anyone),
                (view.say("许可证", "Licences"), _names(view, [LICENCES[one] for one in rules.licences])),
                (view.say("材料", "Papers"), _names(view, [FILES[one] for one in rules.files])),
                (view.say("公示期（工作日）", "Time for objections (working days)"), str(rules.objection_days)),
            ]
        ),
    )


def _names(view: View, names: Sequence[Both]) -> str:
    return view.say("、", ", ").join(view.named(one) for one in names)


def _coming(view: View, call: Call, at: datetime) -> Html | None:
    coming = [one for one in call.versions if one.effective_at > at and one is not present_version(call, at)]
    told = [
        view.say(
            f"第 {one.version} 版规则 {moment(one.effective_at)} 起生效（{one.rules.document_no}）",
            f"Version {one.version} counts from {moment(one.effective_at)}: {one.rules.document_no}",
        )
        for one in coming
    ]
    return section(view.say("规则变更预告", "Rules that will change"), sentences(told)) if told else None


def _publicised(view: View, found: list[Publicised], towns: Mapping[str, Both], at: datetime) -> Html | None:
    if not found:
        return None
    heads = (
        view.say("申请商户", "Applicant"),
        view.say("统一社会信用代码", "Credit code"),
        view.say("乡镇", "Town"),
        view.say("行业", "Trade"),
        view.say("公示期", "Time for objections"),
    )
    rows: list[list[Child]] = [
        [
            f"{view.named((one.name_zh, one.name_en))}（{one.registered_name}）",
            one.credit_code,
            view.named(towns.get(one.town_code, (one.town_code, one.town_code))),
            view.say(one.trade.zh, one.trade.en),
            [
                f"{moment(one.objections_from)} – {moment(one.objections_until)}",
                view.say("（已满）", " (over)") if one.objections_until <= at else None,
            ],
        ]
        for one in found[:MOST_SHOWN]
    ]
    phone = view.entry.help_phone
    return section(
        view.say("公示：拟入选商户", "Publicised: applicants to whom anybody may object"),
        table(view.say("公示期内的申请", "Applications in the time for objections"), heads, rows),
        element("h3", view.say("怎样提出异议", "How to object")),
        sentences(
            [
                view.say(
                    "公示期内，任何人都可以实名提出异议，写明理由和联系方式；姓名和联系方式加密保存，不公开。",
                    "Until its time is over anybody may object, with their name, a contact and the grounds; name and "
                    "contact are sealed and not published.",
                ),
                view.say(
                    "到任一驿站或主办部门当面提出，由工作人员登记。",
                    "Come to any station or to the department; the staff records it.",
                ),
            ]
        ),
        element("p", view.say("或拨打：", "Or call: "), element("a", phone, href=f"tel:{phone}")) if phone else None,
    )


def _listed(view: View, found: list[Listed], towns: Mapping[str, Both]) -> Html:
    heads = (
        view.say("商户", "Merchant"),
        view.say("乡镇", "Town"),
        view.say("行业", "Trade"),
        view.say("规模", "Size"),
        view.say("入选日期", "Listed on"),
    )
    rows: list[list[Child]] = [
        [
            view.named((one.name_zh, one.name_en)),
            view.named(towns.get(one.town_code, (one.town_code, one.town_code))),
            view.say(one.trade.zh, one.trade.en),
            view.named(SIZES[one.size]),
            moment(one.listed_at)[:10],
        ]
        for one in found[:MOST_SHOWN]
    ]
    more = len(found) > MOST_SHOWN
    caption = view.say(f"前 {MOST_SHOWN} 家", f"The first {MOST_SHOWN}") if more else view.say("名单", "The list")
    return section(
        view.say("入选名单", "The list"),
        table(caption, heads, rows) if rows else element("p", view.say("还没有。", "None yet.")),
    )
