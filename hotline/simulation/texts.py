"""What invented callers and units say. All of it was written for this project; nobody real said any of it."""

from random import Random

from tickets.models import Category
from tickets.states import Kind
from units.models import Place

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗"
SPOTS = (
    "示例家园{n}号楼",
    "示例小区{n}号楼{m}单元",
    "示例东里南门",
    "示例西街{n}号院",
    "示例路与示例一街路口",
    "示例商场北侧",
    "示例学校门前",
    "示例公园西门",
    "示例公交站旁",
    "示例大厦{n}层",
    "示例村{n}组",
    "示例南巷",
)
SINCE = (
    "今天早上发现",
    "昨天晚上开始",
    "已经持续{n}天",
    "大约{n}天前就有",
    "近半个月一直如此",
    "上周反映过一次，至今没有变化",
    "每到晚上更明显",
    "周末最严重",
    "入冬以后反复出现",
)
EFFECTS = (
    "影响周边居民正常生活",
    "老人和孩子出行不便",
    "存在安全隐患",
    "楼里多户居民都有同样情况",
    "已经影响休息",
    "附近商户也有意见",
    "担心情况进一步扩大",
    "给上下班带来不便",
)
WISHES = (
    "希望有关部门尽快核实处理。",
    "请派人到现场查看并给予答复。",
    "希望说明原因并给出解决时间。",
    "请协调责任单位解决，处理后告知结果。",
    "希望今后加强日常管理，避免反复。",
)
OPENERS = {
    Kind.COMPLAINT: "市民反映，{where}存在「{what}」的问题，{since}，{effect}。{wish}",
    Kind.HELP: "市民求助，{where}遇到「{what}」，{since}，{effect}。{wish}",
    Kind.INQUIRY: "市民咨询「{what}」相关事宜：办理条件、所需材料和受理地点各是什么，{where}附近到哪里办。",
    Kind.SUGGESTION: "市民建议，针对{where}「{what}」的情况改进管理，{effect}。{wish}",
    Kind.TIP_OFF: "市民举报，{where}涉及「{what}」，{since}。请调查核实，并对举报人信息保密。",
    Kind.PRAISE: "市民来电表扬，{where}「{what}」一事处理及时，工作人员态度认真，特此感谢。",
    Kind.OTHER: "市民来电，说明{where}「{what}」的有关情况。{wish}",
}
ANSWERS = (
    "已向来电人说明「{what}」的现行规定、所需材料和办理渠道，来电人表示清楚。",
    "经查询知识库，已就「{what}」逐项解答，并告知可在政务服务网自助办理。",
    "已说明「{what}」的办理时限与受理窗口，来电人无其他诉求。",
)
WAYS = (
    "「{what}」已进入司法程序，已告知来电人通过诉讼渠道解决。",
    "「{what}」应先申请劳动仲裁，已告知仲裁机构的受理条件。",
    "「{what}」属行政复议范围，已告知申请期限与渠道。",
)
CONTACTED = (
    "已电话联系，了解具体情况并约定上门时间。",
    "已到现场与诉求人见面，说明处理安排。",
    "已联系，诉求人补充了具体位置和时间。",
)
NOT_REACHED = ("电话无人接听，已发短信说明。", "电话占线，稍后再联系。")
DONE = {
    "solved": (
        "接单后当日到现场核查，情况属实，已组织人员处理完毕并复查。",
        "经核实，已督促责任单位完成整改，现场恢复正常。",
        "已安排维修到位，请诉求人现场确认，无异议。",
    ),
    "partly": (
        "现场已先行处理主要部分，其余部分列入近期计划。",
        "已完成清理，后续管护由责任单位每周巡查。",
    ),
    "not_solved": (
        "经核实，涉及产权单位尚未落实资金，暂不具备实施条件，将持续推动。",
        "责任主体存在争议，已召集各方协商，尚未达成一致。",
    ),
    "explained": (
        "经核实符合现行规定，已向诉求人出示依据并解释说明。",
        "该事项按政策暂不能办理，已说明原因和可行的替代办法。",
    ),
}
REPLIES = {
    "solved": "您好，您反映的「{what}」已处理完毕，感谢您的监督。",
    "partly": "您好，您反映的「{what}」已处理主要部分，其余正在推进，完成后会再次告知您。",
    "not_solved": "您好，您反映的「{what}」目前尚不具备解决条件，我们会继续推动并保持联系。",
    "explained": "您好，关于「{what}」，已向您说明相关规定，感谢您的理解。",
}
SENT_BACK = ("请补充现场处理后的照片。", "请写明与诉求人沟通的结果。", "整改内容不够具体，请补充完成时间。")
BY_HAND = ("诉求人未提供准确位置，核对后按属地确定。", "与来电人核实地点后派单。", "按职责清单由该单位办理。")
CO_NOTES = ("已配合主办单位到现场查看。", "已向主办单位提供相关台账。", "已安排人员协助处置。")
REMARKS = ("希望以后能更及时。", "工作人员态度很好。", "问题还在，请再来看看。", "感谢帮忙解决。")


def name(rng: Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(("女士", "先生"))


def spot(rng: Random) -> str:
    return rng.choice(SPOTS).format(n=rng.randint(1, 28), m=rng.randint(1, 6))


def content(rng: Random, kind: str, category: Category | None, place: Place | None, at_spot: str) -> str:
    """What the caller says."""
    where = f"{place.name if place else ''}{at_spot}"
    text = OPENERS[Kind(kind)].format(
        where=where,
        what=category.name if category else "公共环境",
        since=rng.choice(SINCE).format(n=rng.randint(2, 20)),
        effect=rng.choice(EFFECTS),
        wish=rng.choice(WISHES),
    )
    if category is not None and category.synonyms and rng.random() < 0.5:
        text += f"（来电人原话提到“{rng.choice(category.synonyms)}”）"
    return text


def said(rng: Random, phrases: tuple[str, ...], what: str = "") -> str:
    return rng.choice(phrases).format(what=what)
