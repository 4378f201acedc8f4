"""What those in a studio are told, by language."""

from __future__ import annotations

TEXTS: dict[str, dict[str, str]] = {
    "welcome": {"zh": "欢迎收听。要发言请按一。", "en": "You are listening to the show. To speak, press one."},
    "host": {"zh": "您是主持人。", "en": "You are the host."},
    "expert": {"zh": "您已接入直播。", "en": "You are on air."},
    "asked": {"zh": "已申请发言。", "en": "You have asked to speak."},
    "withdrew": {"zh": "已取消发言申请。", "en": "You no longer ask to speak."},
    "screen": {"zh": "主持人正在与您通话。", "en": "The host is talking to you."},
    "air": {"zh": "您已接入直播，请讲。", "en": "You are on air. Please speak."},
    "back": {"zh": "您已离开直播，位置保留。", "en": "You are off air and keep your place."},
    "drop": {"zh": "您已离开直播，请继续收听。", "en": "You are off air. Please stay and listen."},
    "host screen": {"zh": "接听申请人。", "en": "Talking to the caller."},
    "host air": {"zh": "已上线。", "en": "On air."},
    "host back": {"zh": "已退回队列。", "en": "Back in the line."},
    "host drop": {"zh": "已退出。", "en": "Off air."},
    "nobody": {"zh": "没有申请人。", "en": "Nobody."},
    "full": {"zh": "收听人数已满。", "en": "The show is full."},
}


def text(key: str, language: str) -> tuple[str, str]:
    """The text and its language; English where the language has none."""
    texts = TEXTS[key]
    return (texts[language], language) if language in texts else (texts["en"], "en")


def static_texts(languages: tuple[str, ...]) -> set[tuple[str, str]]:
    """All of it, for rendering ahead."""
    return {(texts[language], language) for texts in TEXTS.values() for language in languages if language in texts}
