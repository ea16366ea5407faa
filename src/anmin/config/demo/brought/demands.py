"""Demands that the station held to be unreasonable, and what others decided of it."""

from anmin.config.demo.brought.script import Brought, Told


def held(
    days: float, category: str, follows: str, why: str, evidence: str, *steps: Told
) -> Brought:
    """Proposed about a matter that has ended."""
    facts = {"why": why, "evidence": evidence}
    return Brought(
        "unreasonable_demand", category, "", days, facts, steps, who="officer", follows=follows
    )


def found(days: float, grounds: str) -> Told:
    """The inspectorate finds it."""
    return Told(days, "find", "inspector", {"grounds": grounds})


DEMANDS = (
    held(3, "own_procedure", "社保补缴问题", "社保补缴另有行政途径，仍要求公安机关办理。", "告知单"),
    held(
        10, "own_procedure", "同一事项再次来访", "该事项正按处罚程序办理，要求中止程序另行处理。", "受理登记和受案回执",
        found(6, "处罚程序未终结，依信访工作条例第三十一条按该程序提出。"),
    ),
    held(
        26, "against_the_law", "停车场推搡互殴", "要求只罚对方。", "处罚决定书和现场录像",
        found(20, "双方均有殴打行为，只罚一方于法无据。"),
        Told(6, "appeal", "citizen", note="对方先动手，我是还手。"),
    ),
    held(
        20, "own_procedure", "对行政处罚决定不服", "已告知可申请行政复议，仍要求信访撤销处罚。", "告知书送达回证",
        found(16, "撤销处罚应通过行政复议或者诉讼。"),
        Told(12, "appeal", "citizen", note="复议太慢。"),
        Told(5, "uphold", "head", {"appeal_grounds": "复议期限为法律规定，途径已告知，维持认定。"}),
    ),
    held(
        12, "against_the_law", "居住未满半年申领居住证", "居住不满半年，要求破例发证。", "居住登记日期",
        found(10, "居住证暂行条例第二条要求居住半年以上。"),
        Told(7, "appeal", "citizen", note="此前在本市另一街道住过五个月，登记没有并计。"),
        Told(2, "overturn", "head", {"appeal_grounds": "前后居住可以并计，要求有理，撤销认定，由窗口重新受理。"}),
    ),
    held(
        11, "against_the_law", "自助机移到门外", "要求移机不符合安全规定。", "设备安装规范",
        Told(5, "not_confirm", "inspector", {"grounds": "只是一时难办，没有法律禁止，不属不合理诉求。"}),
    ),
    held(
        18, "decided_finally", "兄弟分摊赡养费", "调解不成仍多次要求重新调解。", "调解终结告知书",
        Told(15, "withdraw", "officer", note="当事人已向人民法院起诉，撤回提请。"),
    ),
)  # fmt: skip
