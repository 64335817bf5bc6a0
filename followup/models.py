"""The caller is asked (回访): attempts, and the answers to three questions (DOMAIN §2.2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models import Ticket
from units.models import Unit, User


class Reach(models.TextChoices):
    """How an attempt, and in the end the follow-up, went."""

    REACHED = "reached", _("已接通")
    NO_ANSWER = "no_answer", _("无人接听")
    WRONG_NUMBER = "wrong_number", _("号码错误")
    REFUSED = "refused", _("拒绝回访")
    LANGUAGE = "language", _("语言不通")
    ANONYMOUS = "anonymous", _("匿名无法联系")
    #: The caller took the request back, and said that nobody pressed them (DOMAIN §4.6).
    WITHDRAWN = "withdrawn", _("诉求人撤回")


class Channel(models.TextChoices):
    PHONE = "phone", _("电话")
    MESSAGE = "message", _("短信")
    ONLINE = "online", _("网络自评")


class Contacted(models.TextChoices):
    YES = "yes", _("是")
    NO = "no", _("否")
    UNSURE = "unsure", _("记不清")


class Solved(models.TextChoices):
    SOLVED = "solved", _("已解决")
    #: Only where the scheme gives it a value.
    PARTLY = "partly", _("部分解决")
    UNSOLVED = "unsolved", _("未解决")


class Satisfied(models.TextChoices):
    """Three grades or five, as the scheme has them."""

    VERY_SATISFIED = "very_satisfied", _("非常满意")
    SATISFIED = "satisfied", _("满意")
    BASIC = "basic", _("基本满意")
    DISSATISFIED = "dissatisfied", _("不满意")
    VERY_DISSATISFIED = "very_dissatisfied", _("非常不满意")


#: The grades that reopen an order, or cost it a card.
DISPLEASED = (Satisfied.DISSATISFIED, Satisfied.VERY_DISSATISFIED)


class Reason(models.TextChoices):
    """Why not (Q4); never scored."""

    NOT_CONTACTED = "not_contacted", _("未联系")
    ATTITUDE = "attitude", _("态度")
    LATE = "late", _("超时")
    POLICY = "policy", _("政策不允许")
    UNDER_WAY = "under_way", _("正在推进")
    NOT_ACCEPTED = "not_accepted", _("结果不认可")
    OTHER = "other", _("其他")


class Attempt(models.Model):
    """One try to reach the caller."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="attempts")
    round = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    channel = models.CharField(_("方式"), max_length=10, choices=Channel.choices)
    reach = models.CharField(_("结果"), max_length=12, choices=Reach.choices)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"attempt {self.pk}"


class FirstCall(models.Model):
    """The unit asked its caller itself (一级回访): shown on the ticket, never counted (DOMAIN §2.2)."""

    class Level(models.TextChoices):
        SATISFIED = "satisfied", _("满意")
        BASIC = "basic", _("基本满意")
        DISSATISFIED = "dissatisfied", _("不满意")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="first_calls")
    round = models.PositiveSmallIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reached = models.BooleanField(_("是否联系上"))
    solved = models.CharField(_("诉求人认为是否解决"), max_length=10, choices=Solved.choices, blank=True)
    satisfied = models.CharField(_("诉求人是否满意"), max_length=14, choices=Level.choices, blank=True)
    note = models.CharField(_("回访情况"), max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"first call {self.pk}"

    @property
    def told(self) -> str:
        """What came of it, in one sentence."""
        if not self.reached:
            return _("未联系上")
        told = {"solved": self.get_solved_display(), "satisfied": self.get_satisfied_display()}
        return _("%(solved)s，%(satisfied)s。%(note)s") % {**told, "note": self.note}


class Answer(models.Model):
    """How the follow-up of one round ended: the three answers, or that nobody could be asked.

    `unit` is who led then; `valid` follow-ups alone make the base of the rates (DOMAIN §11).
    """

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="answers")
    round = models.PositiveSmallIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    reach = models.CharField(max_length=12, choices=Reach.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    contacted = models.CharField(
        _("承办单位是否已与您联系？"), max_length=8, choices=Contacted.choices, blank=True
    )
    solved = models.CharField(_("您反映的问题是否解决？"), max_length=10, choices=Solved.choices, blank=True)
    satisfied = models.CharField(
        _("您对办理结果是否满意？"), max_length=20, choices=Satisfied.choices, blank=True
    )
    reason = models.CharField(_("原因"), max_length=14, choices=Reason.choices, blank=True)
    remark = models.CharField(_("诉求人意见"), max_length=300, blank=True)
    #: How the round stood when the caller was asked: the unit's own record of a contact; its limit missed.
    recorded = models.BooleanField(default=False)
    #: That contact came after its time.
    late_contact = models.BooleanField(default=False, db_default=False)
    overdue = models.BooleanField(default=False)
    #: The caller says that somebody pressed them for an answer or a withdrawal.
    pressed = models.BooleanField(_("是否受到施压"), default=False)
    #: Of a duplicate that was merged: told and asked; the scheme says whether it counts (DOMAIN §2.2).
    merged = models.BooleanField(default=False)
    #: And its caller has an earlier request in the same group: never counted (X7).
    repeat = models.BooleanField(default=False, db_default=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    #: Whether the ledger has its line (scoring sets it with it).
    counted = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "round"], name="answer_once")]
        indexes = [
            models.Index(fields=["at"], name="answer_at"),
            models.Index(fields=["unit", "at"], name="answer_of_unit"),
            models.Index(fields=["id"], name="answer_uncounted", condition=models.Q(counted=False)),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}"

    @property
    def valid(self) -> bool:
        return self.reach == Reach.REACHED

    @property
    def contact_in_time(self) -> bool:
        """By the unit's own record alone; what the caller says to Q1 goes before it (DOMAIN §2.2)."""
        return self.recorded and not self.late_contact

    @property
    def scored(self) -> bool:
        """Whether any scheme counts it: not who asked twice, nor one who took the request back."""
        return not self.repeat and self.reach != Reach.WITHDRAWN

    @property
    def reopens(self) -> bool:
        """A first "no"; that of a duplicate always is one (DOMAIN §4.6). Anything else ends the order."""
        return self.negative and (self.merged or self.round == 1)

    @property
    def negative(self) -> bool:
        return self.solved == Solved.UNSOLVED or self.displeased

    @property
    def displeased(self) -> bool:
        return self.satisfied in DISPLEASED
