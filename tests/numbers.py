"""The small city's numbers: settings, limits and the ladder, as the Beijing pack has them."""

SETTINGS = {
    "number_prefix": "BJ",
    "hotline_number": "12345",
    "urgent_limit": "E",
    "default_limit": "G",
    "reopen_divisor": "2",
    "reopen_min_minutes": "1440",
    "followup_attempts": "3",
    "followup_min_channels": "2",
    "followup_gap_minutes": "1440",
    "followup_quiet_from": "21:00",
    "followup_quiet_to": "08:00",
    "followup_retry_minutes": "180",
    "followup_limit_minutes": "2880",
    "duplicate_days": "30",
    "history_months": "12",
    "portal_tries_per_hour": "10",
    "portal_idle_minutes": "30",
    "online_answer_hours": "72",
    "attachment_max_mb": "10",
    "attachment_max_megapixels": "50",
    "objection_max": "2",
    "extension_decide_minutes": "240",
    "co_percent": "80",
    "plan_review_days": "90",
    "plan_max_months": "12",
    "plan_renewals": "1",
    "coordinate_minutes": "2880",
    "whistle_daily_ack_minutes": "1440",
    "whistle_daily_arrive_minutes": "2880",
    "whistle_hard_ack_minutes": "240",
    "whistle_hard_arrive_minutes": "4320",
    "whistle_urgent_ack_minutes": "10",
    "whistle_urgent_arrive_minutes": "30",
    "urge_gap_minutes": "120",
    "urge_per_day": "3",
    "oversight_reply_minutes": "2880",
    "return_window_minutes": "1440",
    "return_min_minutes": "1440",
    "lab_replay_tickets": "500",
    "quality_short_chars": "15",
    "quality_same_replies": "3",
    "quality_same_days": "30",
}
#: code → dispatch, sign, contact, handle minutes (DOMAIN §3.1)
LIMITS = {
    "E": (60, 10, 30, 120),
    "U": (120, 30, 120, 1440),
    "G": (1440, 240, 1440, 10080),
    "C": (1440, 240, 1440, 21600),
}
#: code → objection, ruling minutes, whether an upheld objection pauses the limit, longest extensions (§3.3–4)
SIDE_LIMITS = {
    "E": (30, 30, False, []),
    "U": (30, 30, False, []),
    "G": (240, 120, True, [10080]),
    "C": (240, 120, True, [21600, 43200]),
}
#: code → percent of the limit, who is told, card (DOMAIN §3.7)
LADDER = {
    "remind": (50, ["clerk"], ""),
    "warn": (80, ["clerk", "leader"], ""),
    "overdue": (100, ["leader"], "yellow"),
    "red": (150, ["leader", "above"], "red"),
    "special": (300, ["district", "supervisor"], ""),
}
