"""May this process serve these counties? What a demonstration alone may have never serves real people, nor the reverse.

Asked at every start, before the port answers. A demonstration publishes its passwords, its second factor and its SMS;
a real county's SMS ring real phones.
"""

from backend.commands.words import Stop, say
from backend.data_state.seeding import AskSeeding, seeding
from backend.database.county import WORKING_DAYS, County, CountyEntry
from backend.database.registry import Counties
from backend.database.transaction import inquire
from backend.kernel.working_days import CalendarProblem
from backend.settings import DEMONSTRATION_BOX, GATEWAY, Settings, WrongSetting


def require_fitting(settings: Settings, counties: Counties) -> None:
    """Settings and keys fit every county, or ``WrongSetting`` or ``Stop`` says what does not."""
    for county in counties.all:
        require_adapter(settings, county.entry)
        _require_keys(county)
        require_calendar(county)


def require_adapter(settings: Settings, entry: CountyEntry) -> None:
    """The SMS adapter of the settings may serve such a county; raises ``WrongSetting``."""
    if entry.demonstration and settings.sms_adapter == GATEWAY:
        raise WrongSetting(
            "YIZHAN_SMS_ADAPTER",
            f"{entry.name_zh}是演示县，不能发真实短信。请去掉这个设置，或换一个只有真实的县的数据文件夹",
            f"{entry.name_en} is a demonstration county and never sends real SMS; leave this out, or name a "
            "data folder that holds real counties only",
        )
    if not entry.demonstration and settings.sms_adapter == DEMONSTRATION_BOX:
        raise WrongSetting(
            "YIZHAN_SMS_ADAPTER",
            f"{entry.name_zh}是真实的县，演示短信箱人人可见，只能用于演示县。请改为 gateway",
            f"{entry.name_en} is a real county, and the demonstration's SMS box is open to everybody; set gateway",
        )


async def require_true_data(counties: Counties) -> None:
    """No real county was filled with demonstration data; raises ``Stop``. Needs databases that are up to date."""
    for county in counties.all:
        if not county.demonstration and await inquire(county, seeding, AskSeeding()) is not None:
            raise Stop(
                f"{county.entry.name_zh}登记为真实的县，数据库里却是演示数据（账号和密码是公开的），没有启动。"
                "请为真实的县另建数据文件夹：yizhan init，再 yizhan county add。",
                f"{county.entry.name_en} is registered as a real county, but its database holds demonstration data, "
                "whose sign-ins are public: not started. Give the real county a data folder of its own: yizhan init, "
                "then yizhan county add.",
            )


def say_who_gets_no_sms(settings: Settings, counties: Counties) -> None:
    """A real county may begin without an SMS adapter; nobody should find out by waiting for a code."""
    real = [county.entry for county in counties.all if not county.demonstration]
    if real and settings.sms_adapter is None:
        say(
            f"注意：没有设置短信通道，{real[0].name_zh}的居民收不到验证码。请设置 YIZHAN_SMS_ADAPTER=gateway、"
            "YIZHAN_SMS_GATEWAY 和 YIZHAN_SMS_KEY。",
            f"note: no SMS adapter is set, so residents of {real[0].name_en} get no sign-in codes; set "
            "YIZHAN_SMS_ADAPTER=gateway, YIZHAN_SMS_GATEWAY and YIZHAN_SMS_KEY",
        )


def require_calendar(county: County) -> None:
    """The county's own file of working days can be read; merchants would be paid on days that are none otherwise."""
    try:
        _ = county.calendar
    except (CalendarProblem, OSError) as problem:
        zh, _, en = str(problem).partition(" / ")
        raise Stop(
            f"{county.entry.name_zh}的 {county.folder / WORKING_DAYS} 不对，没有启动：{zh}",
            f"the working days of {county.entry.name_en} are wrong: not started. {en or zh}",
        ) from None


def _require_keys(county: County) -> None:
    """A demonstration keeps its root key beside the others, a real county never does."""
    if (county.keys.file.root_key is not None) != county.demonstration:
        raise Stop(
            f"{county.entry.name_zh}登记为{'演示' if county.demonstration else '真实的'}县，密钥文件 "
            f"{county.folder / 'keys.json'} 却不是，没有启动。请恢复 counties.json 和密钥文件原来的内容。",
            f"{county.entry.name_en} is registered as a {'demonstration' if county.demonstration else 'real'} county, "
            f"but its keys {county.folder / 'keys.json'} are not one's: not started. Bring back counties.json and the "
            "keys as they were.",
        )
