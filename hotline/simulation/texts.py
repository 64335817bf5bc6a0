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
BESIDES = "另外还反映："
EXCLUDED = (
    "经核实，诉求事项不属法定职责范围，已向诉求人说明依据，材料附后。",
    "诉求人要求超出合同约定，已提供协商记录，申请不计入考核。",
)
NOT_EXCLUDED = "所附材料不足以证明，照常计入。"
INCOMPLETE = ("佐证只有远景照片，请补充整改后的近景。", "没有写明完成时间和责任人，请补正后重新反馈。")
PASSED_ON = ("属该部门职责，请直接办理并答复诉求人。", "经区分中心核对职责清单，转请该部门办理。")
BY_HAND = ("诉求人未提供准确位置，核对后按属地确定。", "与来电人核实地点后派单。", "按职责清单由该单位办理。")
CLAUSES = {
    "remit": "部门职责清单（示例）第八条",
    "area": "行政区划界线协议书附图（示例）",
    "owner": "设施移交协议（示例）第二条",
}
OBJECTED = {
    "remit": "经核对职责清单，本事项的主管单位为{other}，{unit}没有相应职权，建议改派。",
    "area": "经到现场核实，点位在{other}辖区一侧，不在{unit}管辖范围内。",
    "owner": "现场设施的产权和管护单位是{other}，{unit}已告知诉求人，建议改派。",
}
UPHELD = {
    "remit": "经核对职责清单，本事项不属该单位职责，异议成立。",
    "area": "经核对区划界线，现场点位不在该单位辖区，异议成立。",
    "owner": "经核对移交材料，设施由他方管护，异议成立。",
}
OVERRULED = ("按首接负责，该单位应先行办理，异议不成立。", "目录规定明确，所附材料不足以改派，异议不成立。")
RULED = "经会商，裁定由{unit}承办，各方不得再提异议。"
EXTEND = (
    "施工材料到场时间推迟，需顺延工期。",
    "需等产权单位会签后才能实施。",
    "涉及多户协商，尚有两户未达成一致。",
)
BASES = ("施工合同与进场计划", "产权单位书面函件", "现场协商会议纪要")
AGREED = "情况属实，同意。"
NO_MORE_TIME = "理由不充分，请按原时限办理。"
PLANS = (
    "已列入年度改造计划，先行采取临时措施，按节点推进，每月向诉求人通报进展。",
    "资金申报已提交，批复后组织招标施工；其间安排专人每周巡查。",
)
MILESTONES = ("完成现场勘查和方案", "落实资金与施工单位", "完成施工并组织验收")
REVIEWED = "计划按节点推进，请继续每月向诉求人通报。"
NO_PLAN = "具备近期解决条件，不予挂账，请在时限内办理。"
REACHED = "本节点已按计划完成，情况已告知诉求人。"
QUESTIONS = (
    "涉及产权单位与物业对维修责任认定不一致，请上级明确。",
    "需要多个部门联合执法，本单位无执法权，请协调。",
    "管线迁改费用承担主体不明，请协调确定。",
)
OPINIONS = (
    "由主办单位牵头，产权单位负责维修，费用按协议分担。",
    "由主办单位组织联合检查，有关部门派员参加，一周内完成整改。",
)
MEETING_PLACE = "诉求反映点位"
ON_SITE = "到场核实情况，当场明确责任单位和完成时间。"
FOUND = ("现场核实属实，明确由产权单位维修，三日内完成。", "各方到场，已划分管护责任，当场清理完毕。")
WHISTLED = ("居民反映集中，街道难以单独解决，请到场共同处置。", "现场需要联合执法，请派员携带执法记录设备。")
ACTED = ("已现场核查并责令整改，当场清理完毕。", "已立案调查，督促责任人限期整改。", "已抢修完毕，恢复正常。")
NEVER_CAME = "时限内未到现场，也未说明原因。"
ADDED = (
    "补充：每天晚上七点以后最严重。",
    "补充：位置在小区北门内侧，靠近自行车棚。",
    "补充：今天又发生了一次。",
)
URGED = ("已经等了几天，请尽快处理。", "到现在没有人联系，请催一下。", "问题加重了，请尽快派人来看。")
WITHDRAWN = ("问题已经自行解决。", "已与对方协商一致，不再反映。", "反映错了地点，撤回后重新反映。")
ACCOUNTS = (
    "因人手不足未能按时反馈，已安排专人跟办，今后每日核对临期工单。",
    "施工延误导致逾期，已与诉求人说明情况，并完成整改。",
)
DEMANDS = ("请说明逾期原因，并在两日内上门办理。", "诉求人多次反映，请领导包案，限期答复。")
OVERSEEN = (
    "已由分管领导到现场调度，预计三日内完成，进展将及时报告。",
    "问题已处理完毕，并向诉求人当面说明。",
)
ENOUGH = "整改到位，予以办结。"
NOT_ENOUGH = "请补充完成时间和现场照片。"
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
