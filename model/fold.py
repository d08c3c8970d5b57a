"""Fold text: one table from a code point to zero or more code points, then three small clean-ups.

Folding makes spellings alike that readers take as the same: case, accents, Arabic-letter variants, digit
systems, full-width, mathematical and look-alike letters, zero-width and bidi controls. Offsets lead from
each folded code point back to the text as posted, so that evidence can be drawn on it.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

# Letters that people swap freely when they type Arabic, Persian, Kurdish, Pashto and Urdu.
_ARABIC = {
    "ي": "ىیېۍێےۓ",
    "ك": "کڪ",
    "ه": "ةہھۀۂۃەە",
    "و": "ۆۇۈۋ",
    "ر": "ڕ",
    "ل": "ڵ",
    "ا": "ٱ",
    "گ": "ګ",
}
# Latin letters that NFKD leaves whole, and phonetic small capitals used as ornament.
_LATIN = {
    "d": "đðᴅ", "i": "ıɪ", "o": "øᴏ", "l": "łʟ", "h": "ħʜ", "t": "ŧᴛ", "a": "ᴀɑ", "b": "ʙ",
    "c": "ᴄ", "e": "ᴇ", "f": "ꜰ", "g": "ɢɡ", "j": "ᴊ", "k": "ᴋ", "m": "ᴍ", "n": "ɴ", "p": "ᴘ",
    "r": "ʀ", "s": "ꜱ", "u": "ᴜ", "v": "ᴠ", "w": "ᴡ", "y": "ʏ", "z": "ᴢ", "ae": "æ", "oe": "œ",
}  # fmt: skip
# Cyrillic, Greek and Armenian letters that look Latin. Text wholly in those scripts stays true to itself.
_LOOKALIKES = {
    "a": "аα", "b": "ьβ", "c": "сϲ", "e": "еε", "h": "һհ", "i": "іι", "j": "ј", "k": "кκ", "n": "ոη",
    "o": "оοօ", "p": "рρ", "q": "ԛ", "s": "ѕ", "t": "тτ", "u": "սυ", "v": "ѵν", "w": "ԝω",
    "x": "хχ", "y": "уγ",
}  # fmt: skip
_PUNCTUATION = {"?": "؟\u037e", '"': "«»“”„‟‹›「」", "%": "٪", "-": "‐‑‒–—―"}
_SWAPS = {
    ord(variant): target
    for table in (_ARABIC, _LATIN, _LOOKALIKES, _PUNCTUATION)
    for target, variants in table.items()
    for variant in variants
}
# Blocks whose combining marks are dropped; vowel signs of Indic and Ethiopic scripts carry meaning and stay.
_DROPPED_MARKS = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F),
    (0x0670, 0x0670), (0x06D6, 0x06ED), (0x08CA, 0x08FF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF),
    (0x20D0, 0x20F0), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xE0100, 0xE01EF),
)  # fmt: skip
# Squared and circled white-on-black capitals, which NFKD leaves whole.
_CAPITALS = (0x1F150, 0x1F170)
_TATWEEL_AND_MODIFIERS = {0x0640, 0x02BB, 0x02BC, 0x02B9, 0x02BE, 0x02BF}
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_PICTURES = range(0x1F000, 0x1FB00)

_LETTER = r"[^\W\d_]"
# Three letters with signs between them, or four with spaces, one sign throughout.
_SIGN = r"[.\-_*·•|/~]"
_SPACED = re.compile(
    rf"(?<!{_LETTER})(?:{_LETTER}({_SIGN}){_LETTER}(?:\1{_LETTER})+|{_LETTER}(?: {_LETTER}){{3,}})"
    rf"(?!{_LETTER}|{_SIGN}{_LETTER})"
)
_REPEATED = re.compile(rf"({_LETTER})\1{{2,}}")
# Digits and signs in the place of letters: between them, not the @ of an address; then a digit after three.
_DISGUISED = (
    re.compile(rf"(?<={_LETTER})(?:[0134578$!]{{1,2}}|@(?={_LETTER}+(?![\w.@])))(?={_LETTER})"),
    re.compile(rf"(?<={_LETTER}{{3}})[0134578](?![^\W_])"),
)
_DISGUISES = str.maketrans("0134578$!@", "oieastbsia")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `offsets[i]` is the index in the original of the code point that `text[i]` came from."""

    text: str
    offsets: tuple[int, ...]


def fold(text: str) -> Folded:
    """Fold a text, keeping the way back to the original."""
    table = _table()
    pieces = [table[ord(character)] for character in text]
    offsets = [index for index, piece in enumerate(pieces) for _ in piece]
    folded = _undisguised("".join(pieces))
    for cuts in (_separators, _repeats):
        kept = _kept(folded, cuts(folded))
        if len(kept) < len(folded):
            folded, offsets = "".join(folded[i] for i in kept), [offsets[i] for i in kept]
    return Folded(folded, tuple(offsets))


def fold_text(text: str) -> str:
    """Fold a text without offsets: the same text as `fold`, sooner."""
    folded = _undisguised(text.translate(_table()))
    folded = _SPACED.sub(lambda match: match.group()[::2], folded)
    return _REPEATED.sub(r"\1", folded)


def _undisguised(folded: str) -> str:
    """Put letters in the place of digits and signs that stand for them; the length stays."""
    for disguised in _DISGUISED:
        folded = disguised.sub(lambda match: match.group().translate(_DISGUISES), folded)
    return folded


def _separators(folded: str) -> list[int]:
    """Indices of what stands between spaced-out letters."""
    return [i for match in _SPACED.finditer(folded) for i in range(match.start() + 1, match.end(), 2)]


def _repeats(folded: str) -> list[int]:
    """Indices of letters that only prolong the one before."""
    return [i for match in _REPEATED.finditer(folded) for i in range(match.start() + 1, match.end())]


def _kept(folded: str, cut: list[int]) -> list[int]:
    gone = set(cut)
    return [i for i in range(len(folded)) if i not in gone]


class _Table(dict[int, str]):
    """The map from one code point to its folded form, each worked out when first met."""

    def __missing__(self, code_point: int) -> str:
        folded = self[code_point] = _fold_code_point(code_point)
        return folded


@lru_cache(maxsize=1)
def _table() -> _Table:
    return _Table()


@lru_cache(maxsize=1)
def _swaps() -> dict[int, str]:
    """Our tables over what Unicode calls confusable (`python -m training.lookalikes` writes that)."""
    confusable = json.loads(files("model").joinpath("lookalikes.json").read_text(encoding="utf-8"))
    return {ord(variant): target for variant, target in confusable.items()} | _SWAPS


def look_alikes() -> dict[str, list[str]]:
    """Return, for each Latin letter, the letters of other scripts that are taken for it."""
    found: dict[str, list[str]] = {}
    for code_point, target in sorted(_swaps().items()):
        if target.isascii() and target.isalpha() and chr(code_point).isalpha():
            found.setdefault(target, []).append(chr(code_point))
    return found


def _fold_code_point(code_point: int) -> str:
    character = chr(code_point)
    if code_point in _swaps():
        return _swaps()[code_point]
    if character.isspace():
        return " "
    for first in _CAPITALS:
        if first <= code_point < first + 26:
            return chr(ord("a") + code_point - first)
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    return "".join(map(_fold_part, unicodedata.normalize("NFKD", decomposed)))


def _fold_part(character: str) -> str:
    """Fold one code point of a decomposition."""
    code_point = ord(character)
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if character.isspace():
        return " "
    if code_point in _TATWEEL_AND_MODIFIERS or code_point in _SKIN_TONES:
        return ""
    # An emoji that this Python's Unicode does not know yet stays, so that every Python folds alike.
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Cn", "Co") and code_point not in _PICTURES:
        return ""
    if any(first <= code_point <= last for first, last in _DROPPED_MARKS):
        return ""
    return _swaps().get(code_point, character)
