"""The page that lists what is published: campaigns (信息公开) and calls for merchants (征集公告)."""

from datetime import datetime

from backend.merchants.call_rules import Call
from backend.notices.call_page import present_version
from backend.notices.sheet import View, page, section
from backend.notices.terms_rules import moment
from backend.notices.words import STATES, grouped
from backend.vouchers.desk_rules import total_fen
from backend.vouchers.desk_views import Campaign
from backend.web.markup import Html, element


def list_page(view: View, campaigns: list[Campaign], calls: list[Call], *, more: str | None, at: datetime) -> bytes:
    """Newest first; ``more`` is where the next page of campaigns begins."""
    county = view.named((view.entry.name_zh, view.entry.name_en))
    title = view.say(f"{county}惠民资金信息公开", f"{county}: notices on public money")
    description = view.say(
        "消费券活动的预算、发放、核销、资金去向和规则，人人可查。",
        "Budget, vouchers, money and rules of the voucher campaigns, for everybody to read.",
    )
    following = element(
        "p", element("a", view.say("更早的活动", "Earlier campaigns"), href=view.here("/notice/", before=more or ""))
    )
    return page(
        view,
        title=title,
        description=description,
        picture=next((one.plan.picture for one in campaigns if one.plan.picture), None),
        body=[
            element("p", description),
            section(
                view.say("消费券活动", "Voucher campaigns"),
                element("ul", (_campaign(view, one) for one in campaigns), class_="list")
                if campaigns
                else element("p", view.say("还没有已批准的活动。", "No campaign has been approved yet.")),
                following if more else None,
            ),
            section(
                view.say("商户征集公告", "Calls for merchants"),
                element("ul", (_call(view, one, at) for one in calls), class_="list")
                if calls
                else element("p", view.say("还没有征集公告。", "No call has been published yet.")),
            ),
        ],
    )


def _campaign(view: View, campaign: Campaign) -> Html:
    plan = campaign.plan
    told = [view.named(STATES[campaign.state]), plan.notice_no, plan.department]
    told.append(view.say(f"预算 {grouped(total_fen(plan))} 元", f"Budget {grouped(total_fen(plan))} yuan"))
    return element(
        "li",
        element(
            "a", view.named((plan.title_zh, plan.title_en)), href=view.here(f"/notice/campaigns/{campaign.campaign_id}")
        ),
        element("div", " · ".join(part for part in told if part), class_="soft"),
    )


def _call(view: View, call: Call, at: datetime) -> Html:
    rules = present_version(call, at).rules
    told = [
        rules.document_no,
        view.say(f"报名截止 {moment(rules.closes_at)}", f"Apply before {moment(rules.closes_at)}"),
    ]
    return element(
        "li",
        element("a", view.named((rules.title_zh, rules.title_en)), href=view.here(f"/notice/merchant-calls/{call.id}")),
        element("div", " · ".join(told), class_="soft"),
    )
