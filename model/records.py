"""The values that all parts share: posts, acts, services, bands and scores."""

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What a post does; `datasets/GUIDE.md` defines each."""

    OFFER = "offer"
    RECRUIT = "recruit"
    ASK = "ask"
    INFORM = "inform"
    STORY = "story"
    WARN = "warn"
    NEWS = "news"
    CAMPAIGN = "campaign"
    MISSING = "missing"
    LAWFUL_SERVICE = "lawful_service"
    UNRELATED = "unrelated"

    @property
    def is_advert(self) -> bool:
        """Whether a post with this act is an advert."""
        return self in ADVERT_ACTS


ADVERT_ACTS = (Act.OFFER, Act.RECRUIT)


class Service(StrEnum):
    """What an advert sells."""

    SEA = "sea"
    LAND_VEHICLE = "land_vehicle"
    ON_FOOT = "on_foot"
    AIR = "air"
    DOCUMENTS = "documents"
    VISA = "visa"
    MARRIAGE = "marriage"
    ASYLUM_FRAUD = "asylum_fraud"
    LODGING = "lodging"
    PAYMENT = "payment"


class Band(StrEnum):
    """What is done with a post; `unsure` is an abstention, not a low score."""

    HIGH = "high"
    REVIEW = "review"
    LOW = "low"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Post:
    """One social-media post; only the text is required."""

    text: str
    id: str | None = None
    platform: str | None = None
    account: str | None = None
    url: str | None = None
    posted_at: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of the original text and what it adds to the log-odds, as words or as the concept named.

    `start` and `end` count code points of the text as posted; spans of concepts lie over spans of words.
    `advert` is the part of the log-odds of the likeliest advert act against the likeliest other act; `act`
    the part of the log-odds of the likely act against the runner-up.
    """

    start: int
    end: int
    advert: float
    act: float
    concept: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """What a release says of one post; every number is in [0, 1].

    `probability` is calibrated P(advert), `relevance` is 1 - P(unrelated), `stance` is
    P(advert given not unrelated); probability = relevance x stance.
    """

    probability: float
    relevance: float
    stance: float
    band: Band
    language: str
    act: Act
    services: tuple[Service, ...]
    release: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score with its exact reasons.

    `advert_log_odds` compares the likeliest advert act with the likeliest other act, and
    `act_log_odds` the likely act with the runner-up. Each is its intercept plus the sum of that
    column over `evidence`.
    """

    score: Score
    evidence: tuple[Evidence, ...]
    advert_log_odds: float
    advert_intercept: float
    act_log_odds: float
    act_intercept: float
    runner_up: Act
