"""Draw the model card: what a release is, how well it does on posts it did not see, and for whom."""

import html
import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve

from model.classifier import Floats
from model.policy import Policy
from training.evaluate import Flags, Metrics, Predictions

_INK, _ACCENT, _SOFT = "#1d2733", "#0b6e99", "#c9d6df"
_UNSEEN = """<p>Every figure is from posts that the model did not see: the examples were split into folds by
family and minimal pair. They were authored for this project, not collected, and most of the benign ones are
look-alikes: false alarms among them are far above those among ordinary posts, which are named above.</p>"""
_USE = """<h2>Use</h2><p>It routes posts to people and decides nothing. People who ask for passage, tell their
journey, warn, report, rescue or sell lawful travel are not adverts. Do not use it to look for people who
move.</p>"""
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1d2733;background:#fff;
max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .6rem;text-align:right;border-bottom:1px solid #dde5ea}
th:first-child,td:first-child{text-align:left}figure{margin:1.5rem 0}svg{max-width:100%;height:auto}
.scroll{overflow-x:auto}code{background:#eef3f6;padding:.1rem .3rem}
"""


def card(facts: Mapping[str, Any], policy: Policy, adverts: Flags, probability: Floats) -> str:
    """Write the card as one HTML page with its charts inside; the same figures give the same bytes."""
    metrics = facts["metrics"]
    return "\n".join(
        [
            _head("Breakwater model card"),
            _introduction(facts, policy),
            "<h2>How well it does</h2>",
            _UNSEEN,
            *_figures(metrics, policy, adverts, probability),
            _ordinary_table(metrics["background"]["languages"]),
            _evasion_table(metrics["evasion"]),
            _USE,
        ]
    )


def evaluation_page(metrics: Metrics, version: str, policy: Policy, predictions: Predictions) -> str:
    """Write what a release does on labelled posts that someone brought, as one HTML page."""
    title = f"Breakwater release {html.escape(version)}, measured"
    figures = _figures(metrics, policy, predictions.adverts, predictions.probability)
    return "\n".join([_head(title), *figures])


def _head(title: str) -> str:
    return (
        "<!doctype html><html lang='en'><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1>"
    )


def _figures(metrics: Metrics, policy: Policy, adverts: Flags, probability: Floats) -> list[str]:
    """Charts where there is something to draw, and the tables."""
    charts = []
    if adverts.any():
        curve = _precision_recall(adverts, probability, policy)
        charts = [
            _figure(curve, "Precision and recall over thresholds"),
            _figure(_reliability(adverts, probability), "Stated probability against share of adverts"),
            _figure(_languages(metrics["languages"]), "Recall of adverts above review, by language"),
        ]
    return [*charts, _language_table(metrics), _act_table(metrics)]


def _introduction(facts: Mapping[str, Any], policy: Policy) -> str:
    metrics = facts["metrics"]
    alarms = metrics["background"]
    return (
        f"<p>Trained on {facts['examples']:,} examples and {alarms['posts']:,} ordinary posts "
        f"(data digest <code>{html.escape(facts['data_digest'][:12])}</code>). A post enters the queue "
        f"from probability {policy.review:.4f} (band <em>review</em>) and is <em>high</em> from "
        f"{policy.high:.4f}. Of 1,000 ordinary posts {1000 * (alarms['false_positive_rate'] or 0):.1f} "
        "reach the queue.</p>"
    )


def _figure(drawing: Figure, caption: str) -> str:
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "breakwater", "svg.fonttype": "none"}):
        drawing.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    drawn = buffer.getvalue()
    svg = drawn[drawn.index("<svg") :]
    text = html.escape(caption)
    return f"<figure role='img' aria-label='{text}'>{svg}<figcaption>{text}</figcaption></figure>"


def _axes(width: float, height: float) -> tuple[Figure, Any]:
    drawing = Figure(figsize=(width, height), layout="constrained")
    axes = drawing.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=_INK)
    return drawing, axes


def _precision_recall(adverts: Flags, probability: Floats, policy: Policy) -> Figure:
    drawing, axes = _axes(7, 4)
    precision, recall, _ = precision_recall_curve(adverts, probability)
    axes.plot(recall, precision, color=_ACCENT)
    for name, threshold in (("review", policy.review), ("high", policy.high)):
        flagged = probability >= threshold
        if flagged.any():
            point = flagged[adverts].mean(), adverts[flagged].mean()
            axes.plot(*point, "o", color=_INK)
            axes.annotate(name, point, xytext=(6, 6), textcoords="offset points")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.02))
    return drawing


def _reliability(adverts: Flags, probability: Floats) -> Figure:
    drawing, axes = _axes(5, 4)
    bins = np.minimum((probability * 10).astype(int), 9)
    filled = [b for b in range(10) if (bins == b).any()]
    axes.plot([0, 1], [0, 1], color=_SOFT)
    axes.plot(
        [probability[bins == b].mean() for b in filled],
        [adverts[bins == b].mean() for b in filled],
        "o-",
        color=_ACCENT,
    )
    axes.set(xlabel="stated probability", ylabel="share of adverts", xlim=(0, 1), ylim=(0, 1))
    return drawing


def _languages(languages: Mapping[str, Metrics]) -> Figure:
    rows = [(code, row["review"]["recall"]) for code, row in languages.items() if row["adverts"]]
    drawing, axes = _axes(7, 0.6 + 0.3 * len(rows))
    axes.barh([code for code, _ in rows], [recall for _, recall in rows], color=_ACCENT)
    axes.invert_yaxis()
    axes.set(xlim=(0, 1), xlabel="recall")
    return drawing


def _language_table(metrics: Metrics) -> str:
    header = (
        "language",
        "adverts",
        "benign",
        "recall",
        "precision",
        "false alarms",
        "AP",
        "stance AUC",
        "ECE",
    )
    rows = [
        (
            name,
            row["adverts"],
            row["benign"],
            row["review"]["recall"],
            row["review"]["precision"],
            row["review"]["false_positive_rate"],
            row["average_precision"],
            row["stance_auc"],
            row["calibration_error"],
        )
        for name, row in [*metrics["languages"].items(), ("all", metrics["overall"])]
    ]
    return "<h2>By language</h2>" + _table(header, rows)


def _act_table(metrics: Metrics) -> str:
    header = ("act", "posts", "recall", "precision", "above review", "above high")
    keys = ("posts", "recall", "precision", "above_review", "above_high")
    rows = [(name, *(row[key] for key in keys)) for name, row in metrics["acts"].items()]
    return "<h2>By act</h2>" + _table(header, rows)


def _ordinary_table(languages: Mapping[str, Metrics]) -> str:
    header = ("language", "ordinary posts", "reach review, in 1,000")
    rows = [(code, row["posts"], 1000 * row["false_positive_rate"]) for code, row in languages.items()]
    return (
        "<h2>Ordinary posts</h2><p>Each was judged by a model that did not see it; posts of a public set, by "
        "one that saw nothing of that set.</p>" + _table(header, rows)
    )


def _evasion_table(attacks: Mapping[str, Metrics]) -> str:
    header = ("attack", "adverts", "recall as written", "recall rewritten")
    rows = [(name, row["adverts"], row["written"], row["rewritten"]) for name, row in attacks.items()]
    return (
        "<h2>Evasion</h2><p>Each advert was rewritten once, by an attack and a strength drawn at random.</p>"
        + _table(header, rows)
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    head = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in header)
    body = "".join("<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in rows)
    return f"<div class='scroll'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else html.escape(str(value))
