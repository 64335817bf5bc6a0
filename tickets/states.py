"""The words of a work order: its states, kinds, channels and outcomes (DOMAIN §4.3, §4.6)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    PENDING = "pending", _("待派单")
    DISPATCHED = "dispatched", _("待签收")
    OBJECTED = "objected", _("异议审核")
    HANDLING = "handling", _("办理中")
    ON_PLAN = "on_plan", _("挂账")
    REPORTED = "reported", _("已反馈待审核")
    FOLLOWUP = "followup", _("待回访")
    CLOSED = "closed", _("已归档")
    ANSWERED = "answered", _("直接答复")
    GUIDING = "guiding", _("待班长确认")
    GUIDED = "guided", _("已告知途径")
    TRANSFERRED = "transferred", _("已转紧急")
    MERGED = "merged", _("已并单")


#: With a unit, its clocks running; while an objection is looked at, too (DOMAIN §3.4: 先办后议).
WITH_UNIT = frozenset({State.DISPATCHED, State.OBJECTED, State.HANDLING, State.REPORTED})
#: Somebody still owes the caller something. What was merged is owed through its master.
OPEN = WITH_UNIT | {State.PENDING, State.ON_PLAN, State.FOLLOWUP}
#: Ended at the desk, without a unit.
DESK_ENDS = frozenset({State.ANSWERED, State.GUIDED, State.TRANSFERRED})


class Kind(models.TextChoices):
    """The five kinds of the Regulation, and two for the house (DOMAIN R1)."""

    INQUIRY = "inquiry", _("咨询")
    HELP = "help", _("求助")
    COMPLAINT = "complaint", _("投诉")
    TIP_OFF = "tip_off", _("举报")
    SUGGESTION = "suggestion", _("建议")
    PRAISE = "praise", _("表扬")
    OTHER = "other", _("其他")


class Channel(models.TextChoices):
    PHONE = "phone", _("电话 12345")
    WEB = "web", _("网站")
    WECHAT = "wechat", _("微信")
    APP = "app", _("手机应用")
    TRANSFER = "transfer", _("其他热线转来")
    IMPORT = "import", _("外部系统导入")


class Outcome(models.TextChoices):
    """What the unit says became of it."""

    SOLVED = "solved", _("已解决")
    PARTLY = "partly", _("部分解决")
    NOT_SOLVED = "not_solved", _("未解决")
    EXPLAINED = "explained", _("已解释说明")
