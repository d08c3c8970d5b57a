"""From probability to band, and from a wish about metrics to a threshold."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from model.errors import InvalidQuery
from model.records import Band, Score

METRICS = ("recall", "precision", "f1", "fpr", "match_rate", "filter_rate")
_QUERY = re.compile(
    r"\s*(maximum|minimum)\s+(\w+)\s*@\s*(\w+)\s*(>=|<=)\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Readability:
    """What a text offers to judge by: letters in scripts the release knows, words, words it has seen.

    `known_words` leaves out those that are likely known by chance alone.
    """

    letters: int
    words: float
    known_words: float


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds of a release. A post of at least `review` enters the queue."""

    review: float
    high: float
    min_letters: int = 8
    min_known_words: int = 1
    min_known_share: float = 0.1

    def band(self, probability: float, text: Readability) -> Band:
        """Place a post in its band; what cannot be judged is `unsure` whatever its probability."""
        if not self.readable(text):
            return Band.UNSURE
        if probability >= self.high:
            return Band.HIGH
        return Band.REVIEW if probability >= self.review else Band.LOW

    def readable(self, text: Readability) -> bool:
        """Whether a text has enough known letters and words to be judged at all."""
        return (
            text.letters >= self.min_letters
            and text.known_words >= self.min_known_words
            and text.known_words >= self.min_known_share * text.words
        )

    def routes(self, score: Score) -> bool:
        """Whether a scored post enters the queue; an unsure one only if it looks like an advert."""
        return score.band is not Band.LOW and score.probability >= self.review


@dataclass(frozen=True, slots=True)
class ThresholdQuery:
    """A wish such as `maximum recall @ precision >= 0.9`, in revscoring's grammar."""

    maximise: bool
    target: str
    condition: str
    at_least: bool
    value: float

    def best(self, rows: Iterable[Mapping[str, float]]) -> Mapping[str, float] | None:
        """Pick the row of a threshold table that fulfils the wish best, or None if none does."""
        sign = 1 if self.maximise else -1
        met = [row for row in rows if self._meets(row[self.condition])]
        return max(met, key=lambda row: (sign * row[self.target], row["threshold"]), default=None)

    def _meets(self, value: float) -> bool:
        return value >= self.value if self.at_least else value <= self.value


def parse_query(text: str) -> ThresholdQuery:
    """Read a threshold query.

    Raises InvalidQuery if it does not follow `maximum|minimum METRIC @ METRIC >=|<= NUMBER`.
    """
    match = _QUERY.fullmatch(text)
    if not match:
        raise InvalidQuery(
            f"{text!r} is not a threshold query; write for example 'maximum recall @ precision >= 0.9'"
        )
    direction, target, condition, comparison, value = match.groups()
    for metric in (target.lower(), condition.lower()):
        if metric not in METRICS:
            raise InvalidQuery(f"{metric!r} is not a metric; choose among {', '.join(METRICS)}")
    return ThresholdQuery(
        direction.lower() == "maximum", target.lower(), condition.lower(), comparison == ">=", float(value)
    )
