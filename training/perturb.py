"""Rewrite posts as people do who want to slip past a filter: for training, and to measure what it costs.

Each attack touches a share of the places that it can touch, at least one: letters, words or digits.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from random import Random

from model.concepts import PLACE, Concept, find_concepts
from model.fold import fold, look_alikes
from model.tokens import tokens

#: Shares of the places touched.
STRENGTHS = {"light": 0.1, "heavy": 0.4}
_SHORTEST_WORD = 3

Attack = Callable[[str, float, Random], str]


def perturb(text: str, attack: str, share: float, seed: str) -> str:
    """Rewrite a text by one of `ATTACKS`; the same seed gives the same rewriting."""
    return ATTACKS[attack](text, share, Random(f"{attack} {seed}"))  # noqa: S311 - no secret


def perturb_somehow(text: str, seed: str) -> str:
    """Rewrite a text by an attack and a strength drawn from the seed."""
    attack, strength = draw_attack(seed)
    return perturb(text, attack, STRENGTHS[strength], seed)


def draw_attack(seed: str) -> tuple[str, str]:
    """Draw an attack and a strength; the same seed gives the same two."""
    draw = Random(seed)  # noqa: S311 - no secret
    return draw.choice(sorted(ATTACKS)), draw.choice(sorted(STRENGTHS))


# --- places ---


def _some(places: Sequence[int], share: float, draw: Random) -> set[int]:
    return set(draw.sample(places, ceil(share * len(places)))) if places else set()


def _letters(swaps: Mapping[str, Sequence[str]]) -> Attack:
    """Swap letters for what a table offers in their place."""

    def attack(text: str, share: float, draw: Random) -> str:
        chosen = _some([i for i, letter in enumerate(text) if letter in swaps], share, draw)
        return "".join(draw.choice(swaps[c]) if i in chosen else c for i, c in enumerate(text))

    return attack


def _words(rewrite: Callable[[str, Random], str]) -> Attack:
    """Rewrite words that the rewriting changes, none of one or two letters."""

    def attack(text: str, share: float, draw: Random) -> str:
        parts = text.split(" ")
        rewritten = [rewrite(part, draw) if len(part) >= _SHORTEST_WORD else part for part in parts]
        chosen = _some([i for i, part in enumerate(parts) if rewritten[i] != part], share, draw)
        return " ".join(rewritten[i] if i in chosen else part for i, part in enumerate(parts))

    return attack


# --- attacks on letters ---

_INVISIBLE = "\u200b\u200c\u200d\u2060\u00ad\u202a\u202b\u202c\u200e\u200f"
_LEET = {"o": "0", "i": "1", "e": "3", "a": "4@", "s": "5$", "t": "7", "b": "8"}
_DOTS = {
    "\u066e": "بتثپ", "\u06ba": "ن", "ح": "جخچ", "د": "ذ", "ر": "زژ", "س": "ش", "ص": "ض", "ط": "ظ", "ع": "غ",
    "\u06a1": "ف", "\u066f": "ق", "\u0649": "يی", "ه": "ة",
}  # fmt: skip
_DOTLESS = {letter: [bare] for bare, letters in _DOTS.items() for letter in letters}


def _invisible(text: str, share: float, draw: Random) -> str:
    places = [i for i, letter in enumerate(text) if letter.isalpha()]
    chosen = _some(places, share, draw)
    return "".join(
        letter + draw.choice(_INVISIBLE) if i in chosen else letter for i, letter in enumerate(text)
    )


def _case(text: str, share: float, draw: Random) -> str:
    places = [i for i, letter in enumerate(text) if letter.swapcase() != letter]
    chosen = _some(places, share, draw)
    return "".join(letter.swapcase() if i in chosen else letter for i, letter in enumerate(text))


def _without_marks(word: str, _: Random) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    bare = "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", bare).replace("đ", "d").replace("ı", "i")


def _homoglyphs(text: str, share: float, draw: Random) -> str:
    return _letters(look_alikes())(text, share, draw)


# --- attacks on words ---


def _spaced(word: str, draw: Random) -> str:
    return draw.choice([" ", ".", "-", "*", "_"]).join(word) if word.isalpha() else word


def _prolonged(word: str, draw: Random) -> str:
    at = draw.randrange(len(word))
    return word[:at] + word[at] * draw.randint(3, 5) + word[at + 1 :] if word[at].isalpha() else word


_ALPHABETS = [(0xFF21, 0xFF41), (0x1D400, 0x1D41A), (0x1D5D4, 0x1D5EE), (0x1D670, 0x1D68A)]


def _styled(word: str, draw: Random) -> str:
    """Write Latin letters full-width, or in one of the mathematical alphabets."""
    capital, small = draw.choice(_ALPHABETS)
    table = {ord("A") + i: capital + i for i in range(26)} | {ord("a") + i: small + i for i in range(26)}
    return word.translate(table)


# How people who leave the keyboard of their language write its letters, digits for letters included.
_SPELLINGS = (
    "ا=a ب=b ت=t ث=th ج=j ح=7 خ=5 د=d ذ=th ر=r ز=z س=s ش=sh ص=s ض=d ط=t ظ=z ع=3 غ=gh ف=f ق=q ك=k ل=l م=m "
    "ن=n ه=h و=w ي=y پ=p چ=ch ژ=zh گ=g ک=k ی=y ة=a ى=a ئ=e أ=a إ=e آ=a ؤ=o ء=2 "
    "а=a б=b в=v г=g д=d е=e ё=yo ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts "
    "ч=ch ш=sh щ=sch ъ= ы=y ь=' э=e ю=yu я=ya і=i ї=yi є=ye ґ=g "
    "a=а b=б c=ц d=д e=е f=ф g=г h=х i=и j=й k=к l=л m=м n=н o=о p=п q=к r=р s=с t=т u=у v=в x=х y=ы z=з"
)
_OTHER_SCRIPT = dict(pair.split("=") for pair in _SPELLINGS.split(" "))


def _in_other_script(word: str, _: Random) -> str:
    return "".join(_OTHER_SCRIPT.get(letter, letter) for letter in word.casefold())


_EMOJI = {
    "transport:sea": "🚤", "transport:land": "🚚", "transport:air": "✈️", "transport:foot": "🚶",
    "documents": "📄", "visa": "🛂", "money_words": "💰", "hand_off": "📩", "guarantee": "💯",
    "family_terms": "👨‍👩‍👧", "lodging": "🏠", "app": "📱", "job": "💼", "marriage": "💍", "schedule": "📅",
    "border": "🚧", "currency:EUR": "💶", "currency:GBP": "💷", "currency:USD": "💵",
}  # fmt: skip


def _emoji_words(text: str, share: float, draw: Random) -> str:
    """Put an emoji or a flag where a word for it stands."""
    folded = fold(text)
    found = [(c, _emoji_of(c)) for c in find_concepts(folded.text, tokens(folded.text))]
    places = [i for i, (_, emoji) in enumerate(found) if emoji]
    chosen = [found[i] for i in sorted(_some(places, share, draw), reverse=True)]
    limit = len(text)
    for concept, emoji in sorted(chosen, key=lambda pair: pair[0].start, reverse=True):
        start, end = folded.offsets[concept.start], folded.offsets[concept.end - 1] + 1
        if end <= limit:
            text, limit = text[:start] + emoji + text[end:], start
    return text


def _emoji_of(concept: Concept) -> str:
    if concept.kind == PLACE and len(concept.value) == len("GB") and concept.value.isupper():
        return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in concept.value)
    return _EMOJI.get(f"{concept.kind}:{concept.value}" if concept.value else concept.kind, "")


def _split_numbers(text: str, share: float, draw: Random) -> str:
    """Part digits by a space, a dot or an emoji."""
    places = [i for i in range(1, len(text)) if text[i].isdigit() and text[i - 1].isdigit()]
    chosen = _some(places, share, draw)
    return "".join(draw.choice(" .-🔹") + digit if i in chosen else digit for i, digit in enumerate(text))


ATTACKS: dict[str, Attack] = {
    "case": _case,
    "dots_dropped": _letters(_DOTLESS),
    "emoji_words": _emoji_words,
    "homoglyphs": _homoglyphs,
    "invisible": _invisible,
    "leetspeak": _letters({letter: list(signs) for letter, signs in _LEET.items()}),
    "marks_dropped": _words(_without_marks),
    "mixed_script": _words(_in_other_script),
    "repeats": _words(_prolonged),
    "spacing": _words(_spaced),
    "split_numbers": _split_numbers,
    "styled": _words(_styled),
}
