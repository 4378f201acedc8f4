"""Canned answers of the switch made of paper (board.py): supervisors, the wallboard, studios."""

from __future__ import annotations

from apps.api import studio_types as stu
from apps.api import supervise_types as st
from apps.api.wallboard_types import WallAgent, Wallboard, WallQueue
from tests.apps.board_words import CALL, at

WATCH = st.WatchInfo("0gx3k2m4npqrv", "lin", "204", "whisper", "agent mei", "on call", at(30), CALL, "mei", "sales")
ACT = st.ActInfo(at(30), "lin", "note", CALL, "mei", "sales", "204", "0gx3k2m4npqrv", "", "很耐心 Very patient")
STUDIO = stu.StudioDetail(
    "health", "健康热线", 40, 2, 1, "studio-health-20260102-030405", [
        stu.StudioMember(CALL, "13800138000", "caller", "on air", "王小明", 0, True),
        stu.StudioMember("0gx3k2m4npqrt", "02155501234", "caller", "asking", "", 1),
    ],
)  # fmt: skip
WALL_QUEUES = [
    WallQueue("sales", "销售", 12, 75_000, 61.2, 40, 9, 18.4, 1, 3, 4, 0, 1,
              {"waiting": "bad", "longest_wait_ms": "bad", "service_level": "warn", "abandoned": "bad"}),
    WallQueue("english", "English 英语服务台（海外客户）", 0, 0, None, 0, 0, None, 0, 0, 1, 1, 0),
]  # fmt: skip
WALL_AGENTS = [
    WallAgent("mei", "王美", "talking", 1_260_000, "bad", "", "day", "201", 7, ["sales"]),
    WallAgent("li", "欧阳李娜", "on break", 1_300_000, "warn", "用餐 lunch", "day", "202", 3, ["sales", "english"]),
    WallAgent("anna", "Anna Maria Christina", "idle", 5_000, "", "", "night", "203", 0, ["english"]),
]
BOARD = Wallboard(at(), "供水热线", 17, 12, WALL_QUEUES, WALL_AGENTS, 4)
