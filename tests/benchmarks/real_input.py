"""Put real posts, none an advert, through `breakwater rescore` into a queue and through the HTTP service.

    python tests/benchmarks/real_input.py --data ../shared/data --output var/real

Only posts that the background does not hold are used: half "b" of the sets that it was built from, the other
sets whole. Needs a served release in `var/` (`make train`). Prints, for each set and language: posts read,
scored and failed, the share in each band; the speed and peak memory of each run; and the highest scorers.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from model.lines import format_object
from training.background import half
from training.sources import read_rows

BREAKWATER = [sys.executable, "-m", "service"]
HALVED = {
    "afrisenti": "afrisenti/data.jsonl.gz",
    "mlma": "mlma_hate_tweets/data.jsonl.gz",
    "roman_urdu": "roman_urdu_tweets/data.jsonl.gz",
    "romanian_comments": "romanian_news_comments/data.jsonl.gz",
    "bengali_hate": "bengali_hate/data.jsonl.gz",
    "english_sms": "english_sms_phishing_mishra_soni/data.jsonl.gz",
    "persian_sms": "persian_sms/data.jsonl",
    "telegram_spam": "telegram_spam_tgspam/data.jsonl",
}
WHOLE = {
    "german_refugee_tweets": "german_refugee_tweets/data.jsonl",
    "real_negatives": "real_negatives/data.jsonl",
}
BANDS = ("high", "review", "low", "unsure")
PORT = 8765


def main() -> None:
    """Run every set both ways and print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True, help="a new folder")
    parser.add_argument("--http", type=int, default=300, help="posts of each set to send over HTTP (0: all)")
    asked = parser.parse_args()
    asked.output.mkdir(parents=True)
    home = asked.output / "home"
    home.mkdir()
    (home / "releases").symlink_to((Path("var") / "releases").resolve())
    os.environ["BREAKWATER_HOME"] = str(home)
    crawls = [_write(name, file, asked) for name, file in (HALVED | WHOLE).items()]
    results = {crawl.stem: _rescore(crawl, asked.output) for crawl in crawls}
    _print_tables(results, asked.output)
    with _serving():
        for crawl in crawls:
            _over_http(crawl, asked.output, asked.http)


def _write(name: str, file: str, asked: argparse.Namespace) -> Path:
    """Write the posts of a set that the background cannot hold, as a crawl."""
    path: Path = asked.output / f"{name}.jsonl"
    with path.open("wb") as out:
        for number, row in enumerate(read_rows(asked.data / file)):
            if name in WHOLE or half(row["text"]) == "b":
                post = {"id": f"{name}-{number}", "text": row["text"], "language": row["language"]}
                out.write(format_object(post))
    return path


def _rescore(crawl: Path, output: Path) -> dict[str, Any]:
    begun = time.perf_counter()
    done = subprocess.run(
        [*BREAKWATER, "rescore", str(crawl), "--output", str(output / crawl.stem), "--enqueue", "--json"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode not in (0, 3):
        sys.exit(f"{crawl}: {done.stderr}")
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return json.loads(done.stdout) | {"seconds": seconds, "peak": peak}


def _rows(output: Path, name: str) -> Iterator[dict[str, Any]]:
    for part in sorted((output / name).glob("part-*.jsonl")):
        yield from map(json.loads, part.read_bytes().splitlines())


def _print_tables(results: dict[str, dict[str, Any]], output: Path) -> None:
    heads = "".join(f"{name:>9}" for name in BANDS)
    print(f"{'set':<22}{'language':<9}{'read':>7}{'scored':>7}{'failed':>7}{heads}")
    top: list[tuple[float, str, dict[str, Any]]] = []
    everything: Counter[str] = Counter()
    for name in results:
        bands: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for row in _rows(output, name):
            language = row.get("input_language") or row.get("language", "?")
            bands[language][row.get("band", "failed")] += 1
            top.append((row.get("probability", 0.0), name, row))
        for language, counts in sorted(bands.items()):
            _print_row(name, language, counts)
            everything.update(counts)
    _print_row("all", "", everything)
    print(f"\n{'set':<22}{'read':>7}{'routed':>7}{'posts/s':>9}{'peak MiB (largest process)':>28}")
    for name, run in results.items():
        rate = run["read"] / run["seconds"]
        print(f"{name:<22}{run['read']:>7}{run['routed']:>7}{rate:>9.0f}{run['peak']:>28.0f}")
    print("\nHighest probabilities")
    texts = _texts(output, results)
    for probability, name, row in sorted(top, key=lambda entry: -entry[0])[:10]:
        print(f"  {probability:.3f} {name} {row['act']} {row['language']}: {texts[row['id']][:200]!r}")


def _print_row(name: str, language: str, counts: Counter[str]) -> None:
    read = counts.total()
    shares = "".join(f"{counts[band] / read:>9.4f}" for band in BANDS)
    print(f"{name:<22}{language:<9}{read:>7}{read - counts['failed']:>7}{counts['failed']:>7}{shares}")


def _texts(output: Path, results: dict[str, Any]) -> dict[str, str]:
    lines = (line for name in results for line in (output / f"{name}.jsonl").read_bytes().splitlines())
    posts = map(json.loads, lines)
    return {post["id"]: post["text"] for post in posts}


@contextmanager
def _serving() -> Iterator[None]:
    """Run the real service on loopback for as long as it takes."""
    server = subprocess.Popen([*BREAKWATER, "serve", "--port", str(PORT)], stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=5).close()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
        yield
    finally:
        server.terminate()
        server.wait(30)


def _over_http(crawl: Path, output: Path, limit: int) -> None:
    """Send posts in batches of 100 and compare each score with what rescoring wrote."""
    made = subprocess.run(
        [*BREAKWATER, "key", "create", f"real-{crawl.stem}", "--scope", "posts", "--scope", "score"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    key = made.stdout.split()[-1]
    posts = [json.loads(line) for line in crawl.read_bytes().splitlines()]
    posts = posts[: limit or len(posts)]
    wrote = {row["id"]: row for row in _rows(output, crawl.stem)}
    begun, failed, differing = time.perf_counter(), 0, 0
    for start in range(0, len(posts), 100):
        for result in _send(key, posts[start : start + 100]):
            failed += "error" in result
            differing += result.get("probability") != wrote[result["id"]].get("probability")
    seconds = time.perf_counter() - begun
    print(
        f"HTTP {crawl.stem}: {len(posts)} sent, {failed} failed, {differing} differ from rescore, "
        f"{len(posts) / seconds:.0f} posts/s"
    )


def _send(key: str, posts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/v1/posts",
        json.dumps({"posts": posts}).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        results: list[dict[str, Any]] = json.load(response)["results"]
        return results


if __name__ == "__main__":
    main()
