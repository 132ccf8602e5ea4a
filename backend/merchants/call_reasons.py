"""Which noes do calls, applications and objections know? One line each, with the mend."""

from backend.kernel.refusals import Reason


class CallReason(Reason):
    """Why a call, an application, an objection or a step is refused."""

    WINDOW_WRONG = (
        "window-wrong",
        409,
        "报名时间不对：结束须晚于开始，且不能已经过去",
        "The window for applications must end after it begins, and not lie in the past",
    )
    CHANGE_TOO_LATE = (
        "change-too-late",
        409,
        "规则变更要提前 7 天公布，报名结束前已来不及生效",
        "A change is published seven days ahead; the call ends before it could count",
    )
    CHANGE_PENDING = (
        "change-pending",
        409,
        "已有一项公布了、还没生效的变更，请等它生效",
        "A published change does not count yet; wait until it does",
    )
    CALL_CLOSED = "call-closed", 409, "现在不在报名时间内", "This call does not take applications now"
    TRADE_NOT_CALLED = "trade-not-called", 409, "本次征集不含这个行业", "This call is not for that trade"
    TOWN_NOT_CALLED = "town-not-called", 409, "本次征集不含这个乡镇", "This call is not for that town"
    SIZE_NOT_CALLED = (
        "size-not-called",
        409,
        "本次征集不含这类规模（限上/限下）的商户",
        "This call is not for merchants of that size",
    )
    FILE_MISSING = (
        "paper-missing",
        409,
        "缺少征集公告要求的材料，请补齐",
        "A paper that the call asks for is missing; add it",
    )
    ALREADY_APPLIED = (
        "already-applied",
        409,
        "这个信用代码已在本次征集中报名",
        "There is an application with this credit code under this call",
    )
    TOO_MANY_TODAY = (
        "too-many-today",
        429,
        "今天提交的次数已到上限，请明天再试或到县办办理",
        "You have reached today's limit; try again tomorrow or come to the office",
    )
    STEP_UNFIT = (
        "step-unfit",
        409,
        "这份申请现在的状态不能这样办理，请刷新",
        "The application's state does not allow this step; reload it",
    )
    STEP_UNREASONED = "reason-missing", 409, "请填写原因", "Give the reason"
    STEP_UNDOCUMENTED = "document-missing", 409, "请填写文号", "Give the document number"
    HAD_A_HAND = (
        "had-a-hand",
        409,
        "您已经手过这件事，须由另一人办理",
        "You have had a hand in this; somebody else must do it",
    )
    NOT_DEPUTY = "not-deputy", 409, "您没有当前有效的代理授权", "You hold no deputy grant for today"
    PERIOD_RUNNING = (
        "objection-period-running",
        409,
        "公示期还没有结束",
        "The time for objections is not over yet",
    )
    OBJECTION_OPEN = (
        "objection-open",
        409,
        "还有异议没有处理完",
        "An objection is not decided yet",
    )
    OBJECTION_UPHELD = (
        "objection-upheld",
        409,
        "有异议成立，不能列入名单",
        "An objection was upheld; the applicant cannot be listed",
    )
    NOT_PUBLICISED = (
        "not-publicised",
        409,
        "现在不在公示期内，不能提出异议",
        "Objections are taken during the time for objections only",
    )
    ALREADY_OBJECTED = (
        "already-objected",
        409,
        "您已对这个商户提出过异议",
        "You have objected to this merchant already",
    )
    OBJECTION_DECIDED = "objection-decided", 409, "这个异议已经处理过了", "This objection was decided before"
    NOT_ON_LIST = "not-on-list", 409, "这个商户不在名单上", "This merchant is not on the list"
