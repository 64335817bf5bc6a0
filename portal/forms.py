"""What the public types."""

from datetime import datetime

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from followup.actions import Said
from followup.forms import offer
from followup.models import Contacted, Reason, Satisfied, Solved
from followup.rules import Grades
from handling.forms.fields import PhotosField
from intake.models import WORD_LENGTH
from portal.rules import full_number, plain_code
from tickets.book import book, local_day

#: Files of one addition.
MOST_FILES = 5
#: A phone's keyboard shall neither correct nor guess.
PLAIN = {"autocapitalize": "characters", "autocorrect": "off", "spellcheck": "false"}


class QueryForm(forms.Form):
    """Number and code, however they are spaced or cased."""

    number = forms.CharField(
        label=_("工单号"),
        max_length=60,
        error_messages={"required": _("请输入工单号")},
        widget=forms.TextInput({"autocomplete": "off", **PLAIN}),
    )
    code = forms.CharField(
        label=_("查询码"),
        max_length=20,
        help_text=_("4 位字母或数字，不分大小写。"),
        error_messages={"required": _("请输入查询码")},
        widget=forms.TextInput({"autocomplete": "one-time-code", **PLAIN}),
    )

    def __init__(self, *args: object, at: datetime, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.letters = book().text("number_prefix", at)
        self.hotline = book().text("hotline_number", at)
        example = f"{self.letters}{self.hotline}-{local_day(at):%Y%m%d}-000001"
        self.fields["number"].help_text = _("例如 %s") % example

    def clean_number(self) -> str:
        """The number as it is stored; its tail alone could be anybody's."""
        try:
            return full_number(self.cleaned_data["number"], self.letters, self.hotline)
        except ValueError as error:
            raise forms.ValidationError(
                _("工单号不完整：请输入全部内容，以 %(head)s 开头，包括中间的日期。"),
                params={"head": f"{self.letters}{self.hotline}"},
            ) from error

    def clean_code(self) -> str:
        return plain_code(self.cleaned_data["code"])


class AnswerForm(forms.Form):
    """The three questions, why not, and anything else; only the three are scored (DOMAIN §2.2)."""

    round = forms.IntegerField(widget=forms.HiddenInput)
    contacted = forms.ChoiceField(
        label=_("承办单位是否已与您联系？"),
        choices=Contacted.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择承办单位是否已与您联系")},
    )
    solved = forms.ChoiceField(
        label=_("您反映的问题是否解决？"),
        choices=Solved.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择问题是否解决")},
    )
    satisfied = forms.ChoiceField(
        label=_("您对办理结果是否满意？"),
        choices=Satisfied.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择是否满意")},
    )
    reason = forms.ChoiceField(
        label=_("如果未解决或不满意，主要原因是（选填）"),
        choices=[("", _("请选择")), *Reason.choices],
        required=False,
    )
    remark = forms.CharField(
        label=_("补充说明（选填）"), max_length=300, required=False, widget=forms.Textarea({"rows": 3})
    )

    pressed = forms.BooleanField(label=_("有人为评价或撤回给我施压（选填，只告知督办人员）"), required=False)

    def __init__(self, *args: object, grades: Grades, **options: object) -> None:
        super().__init__(*args, **options)
        offer(self, grades)

    def said(self) -> Said:
        """The answers as followup takes them."""
        return Said(**{name: given for name, given in self.cleaned_data.items() if name != "round"})


def _words(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class AddForm(forms.Form):
    """Something to add, with photos or papers."""

    text = forms.CharField(
        label=_("补充的内容"),
        max_length=WORD_LENGTH,
        widget=_words(3),
        error_messages={"required": _("请写明补充的内容")},
    )
    files = PhotosField(label=_("照片或文件（选填）"), help_text=_("图片或 PDF，每次最多 5 个。"))

    def clean_files(self) -> list[UploadedFile]:
        """Few enough to look at."""
        files = self.cleaned_data["files"]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("文件太多：每次最多 5 个，请分几次补充。"))
        return files


class UrgeForm(forms.Form):
    """Please hurry: nothing needs to be said."""


class WithdrawForm(forms.Form):
    """Why the request is taken back, and from which page."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("撤回的原因"),
        min_length=2,
        max_length=WORD_LENGTH,
        widget=_words(2),
        error_messages={"required": _("请写明撤回的原因")},
    )
