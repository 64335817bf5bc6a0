"""Names as people type them."""

from pypinyin import Style, lazy_pinyin


def initials(text: str) -> str:
    """The pinyin initials of a Chinese name, lower case: 海淀区 → hdq. Latin letters and digits stay."""
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors=lambda run: run)).lower()[:80]
