"""What a conference room says, by language."""

from __future__ import annotations

from ivr import spoken

TEXTS: dict[str, dict[str, str]] = {
    "ask pin": {
        "zh": "请输入会议密码，按井号键结束。",
        "en": "Please enter the PIN of the conference, then the pound key.",
        "yue": "請輸入會議密碼，按井字掣結束。",
    },
    "wrong": {"zh": "密码有误。", "en": "That is not right.", "yue": "密碼有錯。"},
    "locked": {"zh": "会议室已锁定。", "en": "The room is locked.", "yue": "會議室已經鎖咗。"},
    "full": {"zh": "会议室已满。", "en": "The room is full.", "yue": "會議室已經滿。"},
    "wait": {"zh": "请等待主持人。", "en": "Please wait for the moderator.", "yue": "請等主持人。"},
    "muted": {"zh": "您已静音。", "en": "You are muted.", "yue": "你已經靜音。"},
    "heard": {"zh": "静音已取消。", "en": "You can be heard.", "yue": "靜音已經取消。"},
    "all muted": {"zh": "全体已静音。", "en": "All are muted.", "yue": "全體已經靜音。"},
    "all heard": {"zh": "全体静音已取消。", "en": "All can be heard.", "yue": "全體靜音已經取消。"},
    "unlocked": {"zh": "会议室已解锁。", "en": "The room is open.", "yue": "會議室已經開鎖。"},
    "recorded": {"zh": "录音开始。", "en": "The room is recorded.", "yue": "錄音開始。"},
    "not recorded": {"zh": "录音结束。", "en": "The room is not recorded any more.", "yue": "錄音結束。"},
    "nobody to kick": {"zh": "没有可移出的成员。", "en": "There is nobody to remove.", "yue": "冇成員可以移出。"},
    "removed": {"zh": "成员已移出。", "en": "The last one is removed.", "yue": "成員已經移出。"},
    "kicked": {"zh": "您已被移出会议室。", "en": "You have been removed from the room.", "yue": "你已經被移出會議室。"},
    "ended": {"zh": "会议结束。", "en": "The conference is over.", "yue": "會議結束。"},
    "alone": {"zh": "您是第一位。", "en": "You are the first one here.", "yue": "你係第一位。"},
}


def here(count: int, language: str) -> str:
    """How many are in the room."""
    said = spoken.number(count, language)
    match language:
        case "zh":
            return f"会议室里有{'两' if count == 2 else said}位。"
        case "yue":
            return f"會議室入面有{'兩' if count == 2 else said}位。"
        case _:
            return f"There {'is' if count == 1 else 'are'} {said} in the room."


def static_texts(languages: tuple[str, ...], usual: int = 20) -> set[tuple[str, str]]:
    """What rooms will say, for rendering ahead."""
    speak = {language if language in TEXTS["wrong"] else "en" for language in languages}
    texts = {(here(count, language), language) for count in range(1, usual + 1) for language in speak}
    return texts | {(by_language[language], language) for by_language in TEXTS.values() for language in speak}
