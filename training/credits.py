"""The README of a background: its sources, their licences, and how many posts each gave."""

from collections import Counter
from collections.abc import Mapping

from training.sources import SOURCES

_README = """\
# Background

{posts:,} ordinary posts and sentences, taken as `unrelated` in training. Written by
`python -m training.background --data FOLDER --output datasets/background`; do not edit.

No text is stored. Each line is `{{"language", "source", "words": {{word: count}}, "concepts": [...]}}`:
the folded words of one post in alphabetical order, and the concepts that fired on the post as it stood.
Handles, links, addresses, long digit runs and every word found in fewer than {min_posts} posts of the
whole background are left out; {emptied:,} posts had no word left then and are dropped. Posts of one
language with the same words count once. `prs` (Dari) stands apart from `fa` (Farsi).

Of each social set only half "a" is here (`training.background.half`: the parity of a SHA-256 of the post's
letters); half "b" is kept for evaluation. Social posts fill at most {social_share:.0%} of a language, train
sentences of SIB-200 and sentences of Lingua the rest. Texts may have been offensive; none was labelled for
people smuggling, and all are assumed to be ordinary.

## Sources and licences

Each file has the licence of its source. Changes made to all: reduced to word counts, as said above.
`sib200.jsonl.gz` derives from sentences under CC BY-SA 4.0 and is shared under CC BY-SA 4.0. German tweets
under CC BY-SA 3.0 (IWG hatespeech) were left out: they serve evaluation whole.

| file | source | origin | licence | posts |
|---|---|---|---|--:|
{sources}

## Languages

| language | social posts | sentences |
|---|--:|--:|
{languages}
"""


def describe(
    counts: Mapping[tuple[str, str], int], emptied: int, *, min_posts: int, social_share: float
) -> str:
    """Write the README of a background from its counts by language and source."""
    return _README.format(
        sources=_source_rows(counts),
        languages=_language_rows(counts),
        posts=sum(counts.values()),
        emptied=emptied,
        social_share=social_share,
        min_posts=min_posts,
    )


def _source_rows(counts: Mapping[tuple[str, str], int]) -> str:
    total: Counter[str] = Counter()
    for (_, source), posts in counts.items():
        total[source] += posts
    return "\n".join(
        f"| `{s.name}.jsonl.gz` | {s.title} | <{s.origin}> | {s.licence} | {total[s.name]:,} |"
        for s in SOURCES
        if total[s.name]
    )


def _language_rows(counts: Mapping[tuple[str, str], int]) -> str:
    is_social = {source.name: source.social for source in SOURCES}
    total: Counter[tuple[str, bool]] = Counter()
    for (language, source), posts in counts.items():
        total[language, is_social.get(source, True)] += posts
    codes = sorted({language for language, _ in counts})
    return "\n".join(f"| {code} | {total[code, True]:,} | {total[code, False]:,} |" for code in codes)
