"""Pure thinking at the desk: telephone numbers, masking, scrubbing, titles (DOMAIN §4.7)."""

import re

PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d{9})(?!\d)")
LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[- ]?(\d{7,8})(?!\d)")
ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
BANK_CARD = re.compile(r"(?<!\d)\d{16,19}(?!\d)")
TITLE_LENGTH = 40
#: The lines that stay apart from 12345 and are reached by one key (DOMAIN R2): nobody may set these.
EMERGENCY_LINES = ("110", "119", "120", "122")
SENTENCE_END = re.compile(r"[。！？；\n]")


def clean_phone(typed: str) -> str:
    """The digits of a telephone number as they are stored: no blanks, no +86.

    Raises ValueError when it cannot be a number (fewer than 5 or more than 15 digits, other characters).
    """
    digits = re.sub(r"[\s\-()（）]", "", typed)
    digits = re.sub(r"^(\+86|0086)", "", digits)
    if not re.fullmatch(r"\+?\d{5,15}", digits):
        raise ValueError(typed)
    return digits


def mask_phone(phone: str) -> str:
    """138****2046 for a mobile number; a shorter one keeps its last two digits."""
    if len(phone) >= 11:
        return f"{phone[:-8]}****{phone[-4:]}"
    return "*" * (len(phone) - 2) + phone[-2:]


def mask_name(name: str) -> str:
    """The surname and stars: 王** ; an unnamed caller stays unnamed."""
    return name[:1] + "*" * (len(name) - 1)


def scrub(text: str) -> str:
    """The text without telephone, identity and card numbers, which stay in the vault."""
    text = ID_NUMBER.sub("［证件号已隐去］", text)
    text = PHONE.sub(lambda m: mask_phone(m[1]), text)
    text = LANDLINE.sub(lambda m: f"{m[1]}-****{m[2][-2:]}", text)
    return BANK_CARD.sub("［卡号已隐去］", text)


def title_of(content: str, category: str) -> str:
    """A line for lists: the category, or the first words of the content where there is none."""
    if category:
        return category
    first = SENTENCE_END.split(content.strip(), maxsplit=1)[0]
    return first[:TITLE_LENGTH]


def transfer_line(move: str) -> str:
    """The emergency line that a button's `transfer-119` names; empty for any other word."""
    line = move.removeprefix("transfer-")
    return line if line in EMERGENCY_LINES and line != move else ""
