"""The openly licensed sets that the background is built from: their files, languages and licences."""

import gzip
import json
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

from model.errors import InputError
from training.wordlists import draw_posts, read_frequencies

Kind = Literal["social", "sentences", "words"]


@dataclass(frozen=True, slots=True)
class Source:
    """One public set; `languages` leads from the set's codes to ours, and other rows are not taken.

    Social posts of one `group` are judged together, by models that saw no post of any source in it.
    """

    name: str
    file: str
    title: str
    origin: str
    licence: str
    languages: dict[str, str]
    code_field: str = "language"
    kind: Kind = "social"
    group: int = 0
    only: dict[str, str] = field(default_factory=dict)

    @property
    def social(self) -> bool:
        """Whether these are posts that people wrote to each other."""
        return self.kind == "social"

    def posts(self, folder: Path) -> Iterator[tuple[str, str]]:
        """Yield the language and text of every row that the background may take."""
        for row in read_rows(folder / self.file):
            language = self.languages.get(row[self.code_field])
            if language and all(row.get(name) == value for name, value in self.only.items()):
                yield language, row["text"]


@dataclass(frozen=True, slots=True)
class WordList(Source):
    """Posts drawn at random from word frequencies; `languages` leads from our codes to those of the lists."""

    drawn: int = 2_000

    def posts(self, folder: Path) -> Iterator[tuple[str, str]]:
        """Yield the language and text of each post drawn; nothing is read from `folder`."""
        del folder
        for language, name in self.languages.items():
            for text in draw_posts(language, read_frequencies(name), self.drawn):
                yield language, text


_SENTENCES = {
    "ara": "ar", "amh": "am", "ben": "bn", "deu": "de", "eng": "en", "spa": "es", "fas": "fa",
    "fra": "fr", "hin": "hi", "ita": "it", "orm": "om", "pan": "pa", "por": "pt", "ron": "ro", "rus": "ru",
    "som": "so", "sqi": "sq", "swa": "sw", "tir": "ti", "tur": "tr", "ukr": "uk", "urd": "ur", "vie": "vi",
    "zho": "zh",
}  # fmt: skip
#: Our languages by SIB-200 code. Farsi and Dari stand apart here, although detection answers `fa` for both.
SIB_200 = {
    "als_Latn": "sq", "amh_Ethi": "am", "arb_Arab": "ar", "ben_Beng": "bn", "ckb_Arab": "ckb",
    "deu_Latn": "de", "eng_Latn": "en", "fra_Latn": "fr", "gaz_Latn": "om", "hau_Latn": "ha",
    "hin_Deva": "hi", "ita_Latn": "it", "kmr_Latn": "kmr", "pan_Guru": "pa", "pbt_Arab": "ps",
    "pes_Arab": "fa", "por_Latn": "pt", "prs_Arab": "prs", "ron_Latn": "ro", "rus_Cyrl": "ru",
    "som_Latn": "so", "spa_Latn": "es", "swh_Latn": "sw", "tir_Ethi": "ti", "tur_Latn": "tr",
    "ukr_Cyrl": "uk", "urd_Arab": "ur", "uzn_Latn": "uz", "vie_Latn": "vi", "zho_Hans": "zh",
    "zho_Hant": "zh",
}  # fmt: skip

SOURCES = (
    Source(
        "afrisenti", "afrisenti/data.jsonl.gz",
        "AfriSenti (Muhammad et al., SemEval-2023 Task 12): tweets",
        "https://github.com/afrisenti-semeval/afrisent-semeval-2023", "CC BY 4.0",
        {
            "amh": "am", "arq": "ar", "ary": "ar", "hau": "ha", "orm": "om", "por": "pt", "swa": "sw",
            "tir": "ti",
        },
    ),
    Source(
        "mlma", "mlma_hate_tweets/data.jsonl.gz",
        "MLMA hate speech (Ousidhoum et al., EMNLP 2019): tweets",
        "https://github.com/HKUST-KnowComp/MLMA_hate_speech", "MIT",
        {"ara": "ar", "fra": "fr", "eng": "en"},
        group=1,
    ),
    Source(
        "roman_urdu", "roman_urdu_tweets/data.jsonl.gz",
        "Roman Urdu hate speech (Rizwan et al., EMNLP 2020): tweets in Latin letters",
        "https://github.com/haroonshakeel/roman_urdu_hate_speech", "MIT, (c) 2020 M. Haroon Shakeel",
        {"urd": "ur"},
        group=2,
    ),
    Source(
        "romanian_comments", "romanian_news_comments/data.jsonl.gz",
        "News-RO-Offense (Readerbench): comments under news",
        "https://github.com/readerbench/news-ro-offense", "Apache-2.0", {"ron": "ro"},
        group=3,
    ),
    Source(
        "bengali_hate", "bengali_hate/data.jsonl.gz",
        "Bengali hate speech (Karim et al., DSAA 2020): posts",
        "https://github.com/rezacsedu/Bengali-Hate-Speech-Dataset", "MIT, (c) 2020 Md. Rezaul Karim",
        {"ben": "bn"},
        group=3,
    ),
    Source(
        "english_sms", "english_sms_phishing_mishra_soni/data.jsonl.gz",
        "SMS phishing data set (Mishra and Soni, Mendeley Data f45bkkt8pr): ham only",
        "https://data.mendeley.com/datasets/f45bkkt8pr", "CC BY 4.0", {"eng": "en"},
        group=2, only={"label": "ham"},
    ),
    Source(
        "persian_sms", "persian_sms/data.jsonl",
        "Persian SMS dataset (Semnan University AI): SMS, adverts among them",
        "https://github.com/semnan-university-ai/persian-sms-dataset", "MIT", {"fas": "fa"},
        group=1,
    ),
    Source(
        "telegram_spam", "telegram_spam_tgspam/data.jsonl",
        "Samples of tg-spam (umputun): Telegram chat and spam",
        "https://github.com/umputun/tg-spam", "MIT", {"rus": "ru", "eng": "en"},
        group=2,
    ),
    Source(
        "sib200", "sib200/data.jsonl.xz",
        "SIB-200 (Adelani et al., EACL 2024), train sentences; they are those of FLORES-200 (NLLB Team)",
        "https://github.com/dadelani/sib-200", "Apache-2.0; the sentences CC BY-SA 4.0", SIB_200,
        code_field="lang_code", kind="sentences", only={"split": "train"},
    ),
    Source(
        "lingua", "lingua_lid_testdata/data.jsonl.gz",
        "Language test data of Lingua (Stahl), sentences; drawn from the Leipzig Corpora Collection",
        "https://github.com/pemistahl/lingua",
        "Apache-2.0; the corpora have terms of their own", _SENTENCES,
        kind="sentences", only={"kind": "sentences"},
    ),
    WordList(
        "wordfreq", "",
        "wordfreq 3.1 (Speer): word frequencies from subtitles, tweets, news, Wikipedia and the web",
        "https://github.com/rspeer/wordfreq",
        "CC BY-SA 4.0; it credits Google Books Ngrams, the Leeds Internet Corpus, Wikipedia, ParaCrawl, "
        "OPUS OpenSubtitles and SUBTLEX",
        {
            "ar": "ar", "bn": "bn", "de": "de", "en": "en", "es": "es", "fa": "fa", "fr": "fr", "hi": "hi",
            "it": "it", "prs": "fa", "pt": "pt", "ro": "ro", "ru": "ru", "tr": "tr", "uk": "uk", "ur": "ur",
            "vi": "vi", "zh": "zh",
        },
        kind="words",
    ),
)  # fmt: skip


WORD_LISTS = frozenset(source.name for source in SOURCES if source.kind == "words")
#: The group of each source of social posts.
GROUPS = {source.name: source.group for source in SOURCES if source.social}
#: Sources that are no traffic: nobody wrote these to anyone.
NOT_SOCIAL = frozenset(source.name for source in SOURCES if not source.social)


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read a set as published: one JSON object a line, plain, gzipped or xz."""
    try:
        with _open(path) as lines:
            yield from map(json.loads, lines)
    except (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")
