"""How the pages put values into words: acts, lanes, bands, languages, ages and numbers."""

from datetime import UTC, datetime
from typing import Any

from model.records import Act

ACT_NAMES = {
    Act.OFFER: ("Offer", "sells passage, papers or a place to wait"),
    Act.RECRUIT: ("Recruit", "looks for drivers, hosts, promoters"),
    Act.ASK: ("Ask", "wants passage, a price, a contact"),
    Act.INFORM: ("Inform", "safety, legal or asylum information"),
    Act.STORY: ("Story", "tells a journey without selling"),
    Act.WARN: ("Warn", "a person warns of a smuggler or scam"),
    Act.NEWS: ("News", "press, courts, research, opinion, satire"),
    Act.CAMPAIGN: ("Campaign", "an organisation deters or warns"),
    Act.MISSING: ("Missing", "looks for or mourns a person"),
    Act.LAWFUL_SERVICE: ("Lawful service", "sells something lawful that looks alike"),
    Act.UNRELATED: ("Unrelated", "ordinary life and ordinary trade"),
}
ACT_KEYS = dict(zip(Act, "1234567890-", strict=True))
LANES = {
    "high": "High",
    "review": "Review",
    "unsure": "Unsure",
    "escalated": "Escalated",
}
BANDS = {
    "high": ("High", "above the high threshold: goes to the front of the queue"),
    "review": ("Review", "above the review threshold: goes to the queue"),
    "low": ("Low", "below the review threshold: would not be queued"),
    "unsure": ("Unsure", "too little that the model knows: a person should look"),
}
LANGUAGES = {
    "am": "Amharic", "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ckb": "Sorani Kurdish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fa": "Farsi / Dari",
    "fr": "French", "ha": "Hausa", "hi": "Hindi", "hr": "Croatian", "ht": "Haitian Creole",
    "hu": "Hungarian", "id": "Indonesian", "ig": "Igbo", "it": "Italian", "kmr": "Kurmanji Kurdish",
    "ku": "Kurdish", "mk": "Macedonian", "ne": "Nepali", "nl": "Dutch", "om": "Oromo", "pa": "Punjabi",
    "pl": "Polish", "prs": "Dari", "ps": "Pashto", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "so": "Somali", "sq": "Albanian", "sr": "Serbian", "sw": "Swahili", "ta": "Tamil", "te": "Telugu",
    "th": "Thai", "ti": "Tigrinya", "tl": "Tagalog", "tr": "Turkish", "uk": "Ukrainian",
    "und": "Undetermined", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "wo": "Wolof",
    "yo": "Yoruba", "zh": "Chinese",
}  # fmt: skip


def act_name(act: str) -> str:
    """Name an act."""
    return ACT_NAMES[Act(act)][0]


def language_name(code: str | None) -> str:
    """Name a language, or show its code when it has no name here."""
    return LANGUAGES.get(code or "und", code or "Undetermined")


def lane_name(lane: str) -> str:
    """Name a lane."""
    return LANES.get(lane, lane.capitalize())


def sentence(message: str) -> str:
    """Begin a message with a capital and end it with a full stop."""
    text = message.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def spaced(code: str) -> str:
    """Read a code as words."""
    return str(code).replace("_", " ")


def percent(share: float) -> str:
    """Show a share of one in whole per cent, never rounding to certainty."""
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{share * 100:.0f} %"


def signed(weight: float) -> str:
    """Show a contribution with its sign."""
    return f"{weight:+.2f}".replace("-", "\u2212")


def age(since: datetime | None, now: datetime) -> str:
    """Say how long ago something was, in its largest whole unit."""
    if since is None:
        return "\u2013"
    return length(max(0, int((now - aware(since)).total_seconds())))


def due(when: datetime | None, now: datetime) -> str:
    """Say when something is due: in how long, or since when it is late."""
    if when is None:
        return "\u2013"
    seconds = int((aware(when) - now).total_seconds())
    return f"in {length(seconds)}" if seconds >= 0 else f"{length(-seconds)} late"


def length(seconds: int) -> str:
    """Put a length of time in its largest whole unit."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def aware(moment: datetime) -> datetime:
    """Read a moment without a zone as UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def stamp(moment: datetime | None) -> str:
    """Show a moment to the minute, in UTC."""
    return aware(moment).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if moment else "\u2013"


def machine_time(moment: datetime) -> str:
    """Give a moment in ISO 8601 for scripts and `time` elements."""
    return aware(moment).astimezone(UTC).isoformat()


FILTERS: dict[str, Any] = {
    "act_name": act_name,
    "language_name": language_name,
    "lane_name": lane_name,
    "length_of": len,
    "sentence": sentence,
    "spaced": spaced,
    "percent": percent,
    "signed": signed,
    "age": age,
    "due": due,
    "length": length,
    "stamp": stamp,
    "machine_time": machine_time,
}
