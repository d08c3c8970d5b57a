"""Draw evidence on a post: spans of the text as written become segments that a template can escape.

Nothing here writes HTML: a segment carries text, and the template escapes it as it does all text.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from model.records import Evidence

# Below this share of the strongest contribution a span is left unmarked: colour everywhere says nothing.
_FAINTEST = 0.08
_LEVELS = (0.25, 0.5, 0.75)
# A short text whose strongest contribution is weaker than this never shows the deepest colour. The more words
# a text has, the less each can weigh, so the floor falls with their number.
_SCALE_FLOOR = 0.5
_SHORT = 20

_CONTROLS = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n\r"}
_CONTROLS |= {0x7F: "\u2421"} | dict.fromkeys(range(0x80, 0xA0), "\ufffd")
_BIDI = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_SURROGATES = re.compile("[\ud800-\udfff]")
_HIDDEN = (
    ("control characters", re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")),
    ("direction overrides", re.compile("[\u202a-\u202e\u2066-\u2069]")),
    ("zero-width characters", re.compile("[\u200b\u2060\ufeff\u00ad\u180e]")),
    ("broken characters", _SURROGATES),
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of the text; `side` is "for" or "against" an advert or "", `level` 1 (faint) to 4 (strong)."""

    text: str
    side: str = ""
    level: int = 0
    weight: float = 0.0

    @property
    def shown(self) -> str:
        """The run with what a browser would drop made visible."""
        return visible(self.text)


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One line of the reasons table: a piece of text, or a concept with the text it was found in."""

    text: str
    weight: float
    share: float
    concept: str = ""


def segments(text: str, evidence: Iterable[Evidence]) -> list[Segment]:
    """Cut a text into segments whose texts join back to exactly that text."""
    weights = _weights(text, evidence)
    edges = sorted({0, len(text), *weights})
    strongest = max((abs(weight) for weight in weights.values()), default=0.0)
    scale = max(strongest, _SCALE_FLOOR * min(1.0, _SHORT / max(1, len(weights) // 2)))
    merged: list[Segment] = []
    for start, end in pairwise(edges):
        piece = _segment(text[start:end], weights.get(start, 0.0), scale)
        if merged and (merged[-1].side, merged[-1].level) == (piece.side, piece.level):
            piece = _joined(merged.pop(), piece)
        merged.append(piece)
    return merged


def reasons(text: str, evidence: Iterable[Evidence], limit: int = 12) -> list[ReasonRow]:
    """Rank the words and concepts that weigh most, alike ones added up, concepts with where they stand."""
    totals: dict[tuple[str, str], float] = defaultdict(float)
    found_in: dict[tuple[str, str], str] = {}
    for item in evidence:
        piece = visible(text[item.start : item.end]).strip()
        key = (item.concept, "" if item.concept else piece.casefold())
        totals[key] += item.advert
        found_in.setdefault(key, piece if item.concept else piece.casefold())
    ranked = sorted(totals.items(), key=lambda pair: (-abs(pair[1]), pair[0]))[:limit]
    strongest = max((abs(weight) for _, weight in ranked), default=0.0) or 1.0
    return [
        ReasonRow(found_in[key], weight, abs(weight) / strongest, key[0])
        for key, weight in ranked
        if found_in[key]
    ]


def visible(text: str) -> str:
    """Make control characters visible and replace what UTF-8 cannot carry."""
    return _SURROGATES.sub("\ufffd", text.translate(_CONTROLS))


def one_line(text: str) -> str:
    """Show a short field such as a link so that no direction or line trick can disguise it."""
    escaped = text.translate({code: f"\\u{code:04x}" for code in _BIDI})
    return visible(" ".join(escaped.split()))


def hidden_characters(text: str) -> list[tuple[str, int]]:
    """Count the characters of a text that a reader cannot see."""
    counts = ((name, len(pattern.findall(text))) for name, pattern in _HIDDEN)
    return [(name, count) for name, count in counts if count]


def _weights(text: str, evidence: Iterable[Evidence]) -> dict[int, float]:
    """Map each edge to the summed contribution from there to the next edge."""
    steps: dict[int, float] = defaultdict(float)
    for item in evidence:
        start, end = max(0, item.start), _grapheme_end(text, min(item.end, len(text)))
        if start < end:
            steps[start] += item.advert
            steps[end] -= item.advert
    running, weights = 0.0, {}
    for edge in sorted(steps):
        running += steps[edge]
        weights[edge] = running
    return weights


def _grapheme_end(text: str, end: int) -> int:
    """Move an edge past marks that belong to the letter before it."""
    while 0 < end < len(text) and unicodedata.category(text[end]) in ("Mn", "Mc", "Me"):
        end += 1
    return end


def _segment(text: str, weight: float, scale: float) -> Segment:
    share = abs(weight) / scale
    if share < _FAINTEST:
        return Segment(text)
    level = 1 + sum(share >= edge for edge in _LEVELS)
    return Segment(text, "for" if weight > 0 else "against", level, weight)


def _joined(first: Segment, second: Segment) -> Segment:
    strongest: Sequence[float] = sorted((first.weight, second.weight), key=abs)
    return Segment(first.text + second.text, first.side, first.level, strongest[-1])
