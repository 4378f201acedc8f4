"""What a supervisor is told on the line, by language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.words import Prompt, Say

if TYPE_CHECKING:
    from apps.whole_site import Site

TEXTS: dict[str, dict[str, str]] = {
    "listen": {"zh": "监听。", "en": "Listening."},
    "whisper": {"zh": "密语，坐席听得到您。", "en": "Whispering. The agent hears you."},
    "barge": {"zh": "强插，双方听得到您。", "en": "You are in the call. Both hear you."},
    "waiting": {"zh": "等待通话。", "en": "Waiting for a call."},
    "over": {"zh": "通话已结束。", "en": "The call is over."},
    "released": {"zh": "已拆线。", "en": "The call is released."},
    "no call": {"zh": "没有通话。", "en": "There is no call."},
    "no agent": {"zh": "没有这个坐席。", "en": "There is no such agent."},
    "not allowed": {"zh": "您没有这个权限。", "en": "You are not allowed to do that."},
}


def say(site: Site, key: str) -> list[Prompt]:
    """In the site's first language, English if it is not spoken here."""
    texts, language = TEXTS[key], site.switch.language
    return [Say(texts.get(language, texts["en"]), language if language in texts else "en")]


def static_texts(languages: tuple[str, ...]) -> set[tuple[str, str]]:
    """All of it, for rendering ahead."""
    return {(texts[language], language) for texts in TEXTS.values() for language in languages if language in texts}
