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
Handles, links, addresses, long digit runs and, but in posts drawn from word frequencies, every word found in
fewer than {min_posts} posts of the whole background are left out; {emptied:,} posts had no word left then and
are dropped. Posts of one language with the same words count once. `prs` (Dari) stands apart from `fa`.

Of each social set only half "a" is here (`training.background.half`: the parity of a SHA-256 of the post's
letters); half "b" is kept for evaluation. Beside them stand train sentences of SIB-200, sentences of Lingua,
and posts drawn at random from word frequencies, since most languages have no openly licensed set of posts.
Texts may have been offensive; none was labelled for people smuggling, and all are assumed to be ordinary.

## Sources and licences

Each file has the licence of its source. Changes made to all: reduced to word counts, as said above.
`sib200.jsonl.gz` and `wordfreq.jsonl.gz` derive from data under CC BY-SA 4.0 and are shared under that
licence. German tweets under CC BY-SA 3.0 (IWG hatespeech) were left out: they serve evaluation whole.

| file | source | origin | licence | posts |
|---|---|---|---|--:|
{sources}

## Languages

| language | social posts | sentences | drawn from word frequencies |
|---|--:|--:|--:|
{languages}
"""


def describe(counts: Mapping[tuple[str, str], int], emptied: int, *, min_posts: int) -> str:
    """Write the README of a background from its counts by language and source."""
    return _README.format(
        sources=_source_rows(counts),
        languages=_language_rows(counts),
        posts=sum(counts.values()),
        emptied=emptied,
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
    kind_of = {source.name: source.kind for source in SOURCES}
    total: Counter[tuple[str, str]] = Counter()
    for (language, source), posts in counts.items():
        total[language, kind_of[source]] += posts
    codes = sorted({language for language, _ in counts})
    kinds = ("social", "sentences", "words")
    return "\n".join(
        f"| {code} | {' | '.join(f'{total[code, kind]:,}' for kind in kinds)} |" for code in codes
    )
