"""What a mailbox says, by language; how many messages there are and which one follows is the grammar's (spoken.py)."""

from __future__ import annotations

from ivr import spoken

TEXTS: dict[str, dict[str, str]] = {
    "keys": {
        "zh": "重听请按一，下一条请按二，删除请按七，转发请按八，保存请按九，听时间和号码请按零，离开请按星号键。",
        "en": "To hear it again, press one. For the next message, two. To delete it, seven. To send it on, eight. "
        "To save it, nine. For its date and number, zero. To leave, star.",
        "yue": "重聽請按一，下一條請按二，刪除請按七，轉發請按八，儲存請按九，聽時間同號碼請按零，離開請按星號鍵。",
    },
    "deleted": {"zh": "留言已删除。", "en": "The message is deleted.", "yue": "留言已經刪除。"},
    "back": {"zh": "留言已恢复。", "en": "The message is back.", "yue": "留言已經恢復。"},
    "was deleted": {
        "zh": "已删除，恢复请按七。",
        "en": "Deleted. To keep it after all, press seven.",
        "yue": "已刪除，恢復請按七。",
    },
    "kept": {"zh": "留言无法删除。", "en": "The message could not be deleted.", "yue": "留言刪除唔到。"},
    "saved": {"zh": "留言已保存。", "en": "The message is saved.", "yue": "留言已經儲存。"},
    "menu": {
        "zh": "听新留言请按一，听已保存的留言请按二，录制问候语请按三，离开请按星号键。",
        "en": "For new messages, press one. For saved messages, two. For your greetings, three. To leave, star.",
        "yue": "聽新留言請按一，聽已儲存嘅留言請按二，錄製問候語請按三，離開請按星號鍵。",
    },
    "greetings": {
        "zh": "无人接听时的问候语请按一，占线时的请按二，临时的请按三，返回请按星号键。",
        "en": "For the greeting when you do not answer, press one. When you are busy, two. For a temporary one, three. "
        "To go back, star.",
        "yue": "冇人接聽嘅問候語請按一，佔線嘅請按二，臨時嘅請按三，返回請按星號鍵。",
    },
    "greeting": {
        "zh": "听请按一，录制请按二，取消请按三，返回请按星号键。",
        "en": "To hear it, press one. To record it, two. To remove it, three. To go back, star.",
        "yue": "聽請按一，錄製請按二，取消請按三，返回請按星號鍵。",
    },
    "speak": {
        "zh": "请在提示音后说话，说完请按井号键。",
        "en": "Please speak after the tone, then press the pound key.",
        "yue": "請喺嘟一聲之後講，講完請撳井字掣。",
    },
    "kept greeting": {"zh": "问候语已启用。", "en": "The greeting is in use.", "yue": "問候語已經啟用。"},
    "no greeting": {"zh": "没有这个问候语。", "en": "There is no such greeting.", "yue": "冇呢個問候語。"},
    "removed": {"zh": "问候语已取消。", "en": "The greeting is removed.", "yue": "問候語已經取消。"},
    "send to": {
        "zh": "请输入对方分机号，按井号键结束。",
        "en": "Please enter the extension, then the pound key.",
        "yue": "請輸入對方分機號，按井字掣結束。",
    },
    "introduce": {
        "zh": "录制附言请按一，直接转发请按井号键，取消请按星号键。",
        "en": "To record an introduction, press one. To send it as it is, pound. To cancel, star.",
        "yue": "錄製附言請按一，直接轉發請按井字掣，取消請按星號鍵。",
    },
    "sent": {"zh": "留言已转发。", "en": "The message is sent on.", "yue": "留言已經轉發。"},
    "no such box": {"zh": "没有这个信箱。", "en": "There is no such mailbox.", "yue": "冇呢個信箱。"},
    "unknown": {"zh": "号码未知。", "en": "from an unknown number.", "yue": "號碼唔知。"},
    "ask box": {
        "zh": "请输入信箱号码，按井号键结束。",
        "en": "Please enter the mailbox, then the pound key.",
        "yue": "請輸入信箱號碼，按井字掣結束。",
    },
    "ask pin": {
        "zh": "请输入密码，按井号键结束。",
        "en": "Please enter your PIN, then the pound key.",
        "yue": "請輸入密碼，按井字掣結束。",
    },
    "wrong": {"zh": "输入有误。", "en": "That is not right.", "yue": "輸入有錯。"},
    "goodbye": {"zh": "再见。", "en": "Goodbye.", "yue": "再見。"},
}


def spoken_in(language: str) -> str:
    """The language that a mailbox speaks to who speaks this one."""
    return language if language in TEXTS["goodbye"] else "en"


def envelope(at: str, number: str, language: str) -> str:
    """When a message was left ("2026-11-22 04:05") and from which number; empty: nobody knows."""
    when = f"{spoken.date(at, language)}, {spoken.clock(at, language)}"
    who = spoken.phone(number, language) if number else ""
    match spoken_in(language):
        case "zh":
            return f"{when}，{f'来自{who}。' if who else TEXTS['unknown']['zh']}"
        case "yue":
            return f"{when}，{f'嚟自{who}。' if who else TEXTS['unknown']['yue']}"
        case _:
            return f"{when}, {f'from {who}.' if who else TEXTS['unknown']['en']}"


def static_texts(languages: tuple[str, ...], usual: int = 20) -> set[tuple[str, str]]:
    """What a mailbox will say, for rendering ahead; `usual` messages are what most have at most."""
    speak = {spoken_in(language) for language in languages}
    texts = {(spoken.messages(count, language), language) for count in range(usual + 1) for language in speak}
    texts |= {(spoken.saved(count, language), language) for count in range(usual + 1) for language in speak}
    texts |= {(spoken.message(place, language), language) for place in range(1, usual + 1) for language in speak}
    return texts | {(by_language[language], language) for by_language in TEXTS.values() for language in speak}
