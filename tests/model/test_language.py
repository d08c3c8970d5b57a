"""Detection answers a code for any text, the same one every time."""

import json
from pathlib import Path

import pytest
from langdetect import detector_factory

import model.language
from model.language import LOOKED_AT, UNKNOWN, detect

# Article 1 of the Universal Declaration of Human Rights, or plain sentences of our own.
SENTENCES = {
    "en": "The library is open on Sunday afternoon for children and their parents.",
    "fr": "La bibliothèque est ouverte dimanche après-midi pour les enfants et leurs parents.",
    "tr": "Kütüphane pazar günü öğleden sonra çocuklar ve aileleri için açık olacak.",
    "ar": "المكتبة مفتوحة يوم الأحد بعد الظهر للأطفال وأهاليهم",
    "sq": "Biblioteka është e hapur të dielën pasdite për fëmijët dhe prindërit e tyre.",
    "vi": "Thư viện mở cửa vào chiều chủ nhật cho trẻ em và cha mẹ của các em.",
    "fa": "کتابخانه بعد از ظهر یکشنبه برای کودکان و پدر و مادرهایشان باز است",
    "ckb": "هەموو مرۆڤەکان بە ئازادی لەدایک دەبن و لە ماف و کەرامەتدا یەکسانن",
    "ps": "ټول انسانان آزاد نړۍ ته راځي او د حیثیت او حقوقو له پلوه سره برابر دي",
    "kmr": "Hemû mirov azad û di weqar û mafan de wekhev tên dinyayê.",
    "am": "የሰው ልጅ ሁሉ ሲወለድ ነጻና በክብርና በመብትም እኩልነት ያለው ነው",
    "ti": "ብመንፅር ክብርን መሰልን ኩሎም ሰባት እንትውለዱ ነፃን ማዕሪን እዮም",
    "ha": "Su dai yan adam, ana haifuwarsu ne duka yantattu, kuma kowannensu na da mutunci da hakkoki.",
    "om": "Namooti hundinuu birmaduu ta'anii mirgaa fi ulfinaanis wal qixxee ta'anii dhalatan.",
    "uz": "Barcha odamlar erkin, qadr-qimmat va huquqlarda teng bo'lib tug'iladilar.",
    "zh": "图书馆星期天下午对孩子和家长开放",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_names_the_language_of_a_sentence(code: str) -> None:
    """A plain sentence gets its own code, also in languages that langdetect lacks."""
    assert detect(SENTENCES[code]) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "🚤🌊🇬🇧",
        "0123456789",
        "\0\0\0",
        "\ud800\udfff\ud800",
        "ok",
        "?!?!",
        "ᚠᚢᚦᚨᚱᚲᚷᚹᚺᚾᛁᛃ",
        "@someone",
    ],
)
def test_too_little_is_unknown(text: str) -> None:
    """Text with no or few letters, or in no known script, has no language."""
    assert detect(text) == UNKNOWN


def test_chinese_is_han_without_kana_or_hangul() -> None:
    """Short Han text is Chinese unless kana or hangul stands in it."""
    assert detect("保证 dm") == "zh"
    assert detect("圖書館開放") == "zh"
    assert detect("図書館は日曜日の午後に開いています") == "ja"


def test_foreign_words_do_not_make_a_text_chinese() -> None:
    """Two Han characters in an English sentence leave it English."""
    assert detect(f"{SENTENCES['en']} 你好") == "en"


def test_capitals_and_ornamental_letters_are_read() -> None:
    """Shouted and mathematical letters are the same language as plain ones."""
    sentence = SENTENCES["en"]
    ornamental = "".join(chr(ord(c) + 0x1D41A - 97) if "a" <= c <= "z" else c for c in sentence)
    assert detect(sentence.upper()) == "en"
    assert detect(ornamental) == "en"


def test_handles_links_and_emoji_do_not_count() -> None:
    """What is in no language has no say."""
    noise = "@la_biblioteca_de_los_ninos https://example.org/la-biblioteca-esta-abierta 🚤"
    assert detect(f"{noise} {SENTENCES['en']}") == "en"


def test_surrogates_and_nuls_beside_words_do_no_harm() -> None:
    """Broken code points do not hide the words around them."""
    assert detect(f"\ud800\0 {SENTENCES['en']}") == "en"


def test_same_text_same_answer() -> None:
    """Trials are seeded, so a doubtful text gets one answer however often it is asked."""
    doubtful = "banana taxi hotel Paris menu"
    assert len({detect(doubtful) for _ in range(10)}) == 1


def test_only_the_beginning_is_looked_at() -> None:
    """What follows the cap changes nothing."""
    beginning = (SENTENCES["fr"] + " ") * 20
    assert len(beginning) > LOOKED_AT
    assert detect(beginning + SENTENCES["ar"] * 1_000) == "fr"


def test_langdetect_keeps_its_own_factory() -> None:
    """Our profiles go into a factory of ours; the library's global one is never made or seeded."""
    detect(SENTENCES["ckb"])
    assert detector_factory._factory is None
    assert detector_factory.DetectorFactory.seed is None


@pytest.mark.parametrize("code", ["am", "ckb", "ha", "kmr", "om", "ps", "ti", "uz"])
def test_profiles_are_in_the_package(code: str) -> None:
    """Each added profile is a small file in langdetect's format, named by its code."""
    path = Path(model.language.__file__).parent / "profiles" / f"{code}.json"
    profile = json.loads(path.read_text(encoding="utf-8"))
    assert profile["name"] == code
    assert len(profile["n_words"]) == 3
    assert path.stat().st_size < 50_000
