"""Lay a release's manifest out for the releases page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model.artifact import Releases
from model.errors import BreakwaterError, NotFound

_SHOWN_AT_MOST = 30
_THRESHOLD_ROWS = 12
_THRESHOLD_COLUMNS = ("threshold", "recall", "precision", "f1", "fpr", "match_rate")
_METRIC_COLUMNS = (
    "adverts",
    "benign",
    "recall",
    "precision",
    "false alarms",
    "average precision",
    "calibration error",
)


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """One line of the list of releases; `broken` says what is wrong with it, if anything."""

    version: str
    current: bool
    created_at: str = ""
    review: str = ""
    high: str = ""
    broken: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseDetail:
    """One release in full."""

    version: str
    current: bool
    facts: tuple[tuple[str, str], ...] = ()
    threshold_columns: tuple[str, ...] = _THRESHOLD_COLUMNS
    thresholds: tuple[tuple[str, ...], ...] = ()
    metric_columns: tuple[str, ...] = _METRIC_COLUMNS
    languages: tuple[tuple[str, tuple[str, ...]], ...] = ()
    broken: str = ""


def release_rows(releases: Releases) -> list[ReleaseRow]:
    """List the newest releases, damaged ones too."""
    current = releases.current()
    return [_row(releases, version, version == current) for version in releases.versions()[:_SHOWN_AT_MOST]]


def release_detail(releases: Releases, version: str | None) -> ReleaseDetail | None:
    """Show one release, the current one by default; None if there is none at all."""
    current = releases.current()
    version = version or current or next(iter(releases.versions()), None)
    if version is None:
        return None
    try:
        release = releases.load(version)
    except NotFound:
        raise
    except BreakwaterError as error:
        return ReleaseDetail(version, version == current, broken=str(error))
    metrics = release.manifest.get("metrics", {})
    return ReleaseDetail(
        version,
        version == current,
        facts=_facts(release.manifest),
        thresholds=_thin(release.thresholds),
        languages=tuple((code, _figures(row)) for code, row in metrics.get("languages", {}).items()),
    )


def card_html(releases: Releases, version: str) -> bytes:
    """Read the model card of a verified release."""
    return (releases.load(version).path / "card.html").read_bytes()


def _row(releases: Releases, version: str, current: bool) -> ReleaseRow:
    try:
        manifest = releases.manifest(version)
    except BreakwaterError as error:
        return ReleaseRow(version, current, broken=str(error))
    thresholds = manifest.get("thresholds", {})
    made = str(manifest.get("created_at", ""))[:16].replace("T", " ")
    return ReleaseRow(
        version, current, made, _figure(thresholds.get("review")), _figure(thresholds.get("high"))
    )


def _facts(manifest: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    thresholds = manifest.get("thresholds", {})
    alarms = manifest.get("metrics", {}).get("background", {}).get("false_positive_rate")
    named = (
        ("Made", str(manifest.get("created_at", ""))[:16].replace("T", " ")),
        ("Goes to review from", _figure(thresholds.get("review"))),
        ("Is high from", _figure(thresholds.get("high"))),
        ("Ordinary posts queued", "" if alarms is None else f"{alarms * 1000:.1f} in 1,000"),
        ("Trained on", f"{manifest['examples']:,} examples" if "examples" in manifest else ""),
        ("Languages", ", ".join(manifest.get("languages", ()))),
        ("Code", str(manifest.get("code_version", ""))),
        ("Data digest", str(manifest.get("data_digest", ""))[:12]),
    )
    return tuple((name, value) for name, value in named if value)


def _thin(rows: Sequence[Mapping[str, float]]) -> tuple[tuple[str, ...], ...]:
    """Keep some thresholds of the table, spread evenly, the last one among them."""
    step = max(1, len(rows) // _THRESHOLD_ROWS)
    kept = [*rows[:-1:step], *rows[-1:]]
    return tuple(tuple(_figure(row.get(name)) for name in _THRESHOLD_COLUMNS) for row in kept)


def _figures(row: Mapping[str, Any]) -> tuple[str, ...]:
    rates = row.get("review", {})
    shares = (
        rates.get("recall"),
        rates.get("precision"),
        rates.get("false_positive_rate"),
        row.get("average_precision"),
        row.get("calibration_error"),
    )
    counts = (str(row.get(name, "\u2013")) for name in ("adverts", "benign"))
    return (*counts, *map(_figure, shares))


def _figure(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, int | float) else "\u2013"
