"""Cut folded text into tokens: words, Han characters and symbols."""

import re

# Handles, links, addresses, phones and long digit runs are no tokens: they would teach a set, not an act.
# Links end where ASCII does, for not every script sets spaces between them and the next word. No run is read
# twice (a look-behind, possessive repeats): 50,000 characters of any kind take a fraction of a second.
_LEFT_OUT = (
    r"(?:https?:|w\.(?=[\w\-]{2,}\.\w))[!-~]*"  # folding makes `w.` of `www.`
    r"|(?<![a-z\d._%+\-])[a-z\d._%+\-]++@[a-z\d\-]++(?:\.[a-z\d\-]++)++|@[\w.]+"
    r"|(?<![a-z\d_.\-])[a-z\d_\-]++(?:\.[a-z][a-z\d_\-]*+)++/[!-~]*"
    r"|\+?\d(?:[ \-.()/]{0,2}\d){7,}|\d{5,}"
)
_MARKS = "\u0900-\u0963\u0966-\u0df3\u0e31-\u0e4e\u0eb1-\u0ecd\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_WORD = rf"(?:(?![{_HAN}])[^\W_]|[{_MARKS}])+"
_SYMBOL = (
    r"[\U0001f1e6-\U0001f1ff]{2}"
    r"|[?\"%$£¥¢؋﷼\u20a0-\u20cf\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
)
_TOKEN = re.compile(rf"(?:{_LEFT_OUT})|({_WORD}|[{_HAN}]|{_SYMBOL})")


def tokens(folded: str) -> list[tuple[int, int]]:
    """Find the spans of words, Han characters and symbols in folded text."""
    return [match.span(1) for match in _TOKEN.finditer(folded) if match.group(1)]
