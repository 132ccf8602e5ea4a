"""What must stand before a county's first campaign, why, and what is to be done about what does not?

Pure: the facts come in, the list goes out. What nobody could tell is unknown, never done.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

from msgspec import Struct

from backend.kernel.actors import Role
from backend.kernel.instants import business_day
from backend.starting.check_rules import Check, Standing

BACKUP_AGE = timedelta(days=7)
"""A county's own rule may be stricter; older than this, a lost machine loses more than a week."""
PAPERS_SOON_DAYS = 30
TRUST_SOON = timedelta(days=60)
"""A stick has to be carried to the machine with the root key, and two people have to find the time."""


class Item(Struct, frozen=True, kw_only=True):
    """One line of the list: how it stands, the figures, what to do, and on which page."""

    check: Check
    standing: Standing
    now_zh: str
    now_en: str
    do_zh: str = ""
    do_en: str = ""
    link: str = ""
    """A path of the office's pages; empty where it is not done on a page."""


class OfflineTrust(Struct, frozen=True):
    """Whether a policy for counters without a network is in force; until when a list names the issuing key."""

    wanted: bool
    until: datetime | None


class Facts(Struct, frozen=True, kw_only=True):
    """What the slices and the program answered; ``None`` where nobody could."""

    holders: Mapping[Role, Collection[UUID]]
    towns: int
    villages: int
    stations: int
    stations_run: int
    merchants: int
    merchants_expired: int
    merchants_expiring: int
    merchants_without_account: int | None
    sms: bool
    last_backup: datetime | None
    years_without_holidays: Collection[int] | None
    trust: OfflineTrust | None
    drafted: bool
    approved: bool
    funded: bool


IMPORTS = "/imports"
CAMPAIGNS = "/"
ROLE_WORDS: Mapping[Role, tuple[str, str]] = {
    Role.SYSTEM_ADMIN: ("系统管理员", "system administrator"),
    Role.SECURITY_ADMIN: ("安全管理员", "security administrator"),
    Role.AUDITOR: ("审计员", "auditor"),
    Role.OFFICE: ("经办", "clerk"),
    Role.REVIEWER: ("复核", "reviewer"),
    Role.APPROVER: ("审批", "approver"),
}


def check_list(facts: Facts, *, at: datetime) -> list[Item]:
    """Every item in the order in which a county comes to it."""
    return [
        _administrators(facts),
        _desk(facts),
        _places(facts),
        _stations(facts),
        _merchants(facts),
        _accounts(facts),
        _sms(facts),
        _backup(facts, at),
        _holidays(facts),
        _trust(facts, at),
        *_campaign(facts),
    ]


def is_ready(items: Iterable[Item]) -> bool:
    """Whether nothing is missing; what is unknown is for people to look at."""
    return all(item.standing is not Standing.MISSING for item in items)


def can_run_a_desk(clerks: Collection[UUID], reviewers: Collection[UUID], approvers: Collection[UUID]) -> bool:
    """Whether three different people can sign, and a clerk who is not the drafter can prove the money."""
    return len(set(clerks)) > 1 and any(
        len({clerk, reviewer, approver}) == 3 for clerk, reviewer, approver in product(clerks, reviewers, approvers)
    )


def _item(
    check: Check, standing: Standing, now: tuple[str, str], do: tuple[str, str] = ("", ""), link: str = ""
) -> Item:
    mend = ("", "") if standing is Standing.DONE else do
    return Item(check=check, standing=standing, now_zh=now[0], now_en=now[1], do_zh=mend[0], do_en=mend[1], link=link)


def _absent(facts: Facts, roles: Iterable[Role]) -> tuple[str, str]:
    absent = [ROLE_WORDS[role] for role in roles if not facts.holders.get(role)]
    return "、".join(zh for zh, _ in absent), ", ".join(en for _, en in absent)


def _administrators(facts: Facts) -> Item:
    zh, en = _absent(facts, (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR))
    done = not zh
    return _item(
        Check.ADMINISTRATORS,
        Standing.DONE if done else Standing.MISSING,
        ("三个人都已登录过，各管一样", "all three have come in")
        if done
        else (f"还没有登录过：{zh}", f"not yet in: {en}"),
        (
            "请本人打开邀请链接；过期的在服务器上用 yizhan staff invite 重新邀请",
            "they open their links; a link that ran out is made anew by yizhan staff invite",
        ),
    )


def _desk(facts: Facts) -> Item:
    roles = (Role.OFFICE, Role.REVIEWER, Role.APPROVER)
    clerks, reviewers, approvers = (facts.holders.get(role, ()) for role in roles)
    figures = (
        f"经办 {len(clerks)} 人、复核 {len(reviewers)} 人、审批 {len(approvers)} 人",
        f"{len(clerks)} clerks, {len(reviewers)} reviewers, {len(approvers)} approvers",
    )
    done = can_run_a_desk(clerks, reviewers, approvers)
    return _item(
        Check.DESK,
        Standing.DONE if done else Standing.MISSING,
        figures,
        (
            "至少两位经办、一位复核、一位审批，是不同的人；由系统管理员导入人员，安全管理员导入角色",
            "two clerks, a reviewer and an approver at least, all different people: import staff, then roles",
        ),
        IMPORTS,
    )


def _places(facts: Facts) -> Item:
    done = facts.towns > 0 and facts.villages > 0
    return _item(
        Check.PLACES,
        Standing.DONE if done else Standing.MISSING,
        (f"{facts.towns} 个乡镇、{facts.villages} 个村和社区", f"{facts.towns} towns, {facts.villages} villages"),
        ("在服务器上用 yizhan init --divisions 导入区划表", "yizhan init --divisions takes the list in"),
    )


def _stations(facts: Facts) -> Item:
    done = facts.stations_run > 0
    return _item(
        Check.STATIONS,
        Standing.DONE if done else Standing.MISSING,
        (
            f"{facts.stations} 个驿站，{facts.stations_run} 个有站长",
            f"{facts.stations} stations, {facts.stations_run} run",
        ),
        ("导入驿站，站长有账号和角色后再导入一次", "import the stations, and again when operators have their role"),
        IMPORTS,
    )


def _merchants(facts: Facts) -> Item:
    over, soon = facts.merchants_expired, facts.merchants_expiring
    standing = Standing.DONE if facts.merchants > over else Standing.MISSING
    if standing is Standing.DONE and (over or soon):
        standing = Standing.ATTENTION
    return _item(
        Check.MERCHANTS,
        standing,
        (
            f"{facts.merchants} 家，证照过期 {over} 家，{PAPERS_SOON_DAYS} 天内到期 {soon} 家",
            f"{facts.merchants} merchants; papers run out: {over}, within {PAPERS_SOON_DAYS} days: {soon}",
        ),
        ("导入商户，或请证照到期的商户换证", "import merchants, or have papers renewed"),
        IMPORTS,
    )


def _accounts(facts: Facts) -> Item:
    without = facts.merchants_without_account
    if without is None:
        now = ("本程序还不知道", "the program does not know yet")
        standing = Standing.UNKNOWN
    else:
        now = (f"{without} 家还没有账户", f"{without} merchants have none")
        standing = Standing.DONE if not without and facts.merchants else Standing.MISSING
    return _item(
        Check.BANK_ACCOUNTS,
        standing,
        now,
        ("结算前逐家登记并由第二个人核对", "enter each and have a second person check it before settlement"),
    )


def _sms(facts: Facts) -> Item:
    return _item(
        Check.SMS,
        Standing.DONE if facts.sms else Standing.MISSING,
        ("已配置", "configured") if facts.sms else ("没有配置", "not configured"),
        (
            "在服务器上设置 YIZHAN_SMS_ADAPTER=gateway、YIZHAN_SMS_GATEWAY 和 YIZHAN_SMS_KEY",
            "set YIZHAN_SMS_ADAPTER=gateway, YIZHAN_SMS_GATEWAY and YIZHAN_SMS_KEY on the machine",
        ),
    )


def _backup(facts: Facts, at: datetime) -> Item:
    made = facts.last_backup
    if made is None:
        standing, now = Standing.MISSING, ("还没有备份过", "never made")
    else:
        days = (at - made) // timedelta(days=1)
        standing = Standing.DONE if at - made <= BACKUP_AGE else Standing.ATTENTION
        now = ("今天备份过", "made today") if days == 0 else (f"{days} 天前备份过", f"made {days} days ago")
    return _item(
        Check.BACKUP,
        standing,
        now,
        ("在服务器上每天运行 yizhan backup，备份和密钥分开放", "run yizhan backup every day; keep file and key apart"),
    )


def _holidays(facts: Facts) -> Item:
    years = facts.years_without_holidays
    if years is None:
        standing, now = Standing.UNKNOWN, ("本程序还不知道", "the program does not know yet")
    elif years:
        told = "、".join(str(year) for year in sorted(years))
        standing, now = Standing.ATTENTION, (f"还没有 {told} 年的安排", f"not known for {told}")
    else:
        standing, now = Standing.DONE, ("都已知道", "known")
    return _item(
        Check.HOLIDAYS,
        standing,
        now,
        ("国务院公布放假通知后录入", "enter them when the State Council has published them"),
    )


def _trust(facts: Facts, at: datetime) -> Item:
    trust = facts.trust
    if trust is None:
        standing, now = Standing.UNKNOWN, ("本程序还不知道", "the program does not know yet")
    elif trust.until is None or trust.until <= at:
        # Whoever takes vouchers online only needs none.
        standing = Standing.MISSING if trust.wanted else Standing.ATTENTION
        now = ("没有有效的名单，只能联网收券", "there is none in force: online only")
    else:
        day = business_day(trust.until)
        standing = Standing.DONE if at + TRUST_SOON < trust.until else Standing.ATTENTION
        now = (f"有效到 {day.year} 年 {day.month} 月 {day.day} 日", f"in force until {day:%-d %B %Y}")
    return _item(
        Check.TRUST_LIST,
        standing,
        now,
        (
            "在服务器上运行 yizhan trust request，拿到离线机上用 yizhan root sign 签，再 yizhan trust install",
            "yizhan trust request on the server, yizhan root sign on the offline machine, then yizhan trust install",
        ),
    )


def _campaign(facts: Facts) -> list[Item]:
    steps = (
        (Check.CAMPAIGN_DRAFTED, facts.drafted, ("请经办起草活动", "a clerk drafts one")),
        (Check.CAMPAIGN_APPROVED, facts.approved, ("请复核、审批签字并填文号", "review and approval, with the number")),
        (Check.CAMPAIGN_FUNDED, facts.funded, ("请另一位经办登记到账凭证", "another clerk proves the money")),
    )
    return [
        _item(
            check,
            Standing.DONE if done else Standing.MISSING,
            ("已完成", "done") if done else ("还没有", "not yet"),
            do,
            CAMPAIGNS,
        )
        for check, done, do in steps
    ]
