"""Any bytes become normalised text or give a clear error."""

import io
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charbard.errors import CorpusError
from charbard.text import decode as decode_module
from charbard.text import detect_encoding, graphemes, normalise, pieces, read_as, variants

POEM = "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。\n" * 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"])
def test_encodings_are_detected(encoding: str) -> None:
    """A Chinese poem is read correctly in each common encoding."""
    content = POEM.encode(encoding)

    found = detect_encoding(io.BytesIO(content), name="poem")

    assert content.decode(found) == POEM


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark(encoding: str) -> None:
    """Western text in UTF-16 without a byte-order mark is recognised by its zero bytes."""
    content = ("To be or not to be\n" * 20).encode(encoding)

    assert detect_encoding(io.BytesIO(content), name="play") == encoding


TRADITIONAL = "床前明月光疑是地上霜舉頭望明月低頭思故鄉春眠不覺曉處處聞啼鳥"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text",
    [POEM, POEM.replace("\n", ""), TRADITIONAL, f"Li Bai wrote it:\n{POEM}"],
    ids=["lines", "no zero byte", "traditional", "with English"],
)
def test_chinese_utf16_without_a_mark(encoding: str, text: str) -> None:
    """Chinese UTF-16 is recognised, because only the right byte order yields common characters."""
    assert detect_encoding(io.BytesIO(text.encode(encoding)), name="poem") == encoding


LEGACY = {
    "Korean": (
        "동해 물과 백두산이 마르고 닳도록 하느님이 보우하사 우리나라 만세.\n",
        ["cp949", "utf-16-le"],
    ),
    "Japanese": (
        "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n",
        ["shift_jis", "euc_jp", "iso2022_jp", "utf-16-be"],
    ),
    "Russian": (
        "Буря мглою небо кроет, вихри снежные крутя; то, как зверь, она завоет.\n",
        ["koi8-r", "cp1251", "cp866", "utf-16-le", "utf-16-be"],
    ),
    "Chinese": ("床前明月光，疑是地上霜。举头望明月，低头思故乡。\n", ["gb18030"]),
    "names": ("王伟 李娜 张敏 刘洋 陈静\n", ["gb18030"]),
    "traditional": ("春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。\n", ["big5", "gb18030"]),
    "French": (
        "Où est le café crème ? L'été dernier, voilà une forêt près du château.\n",
        ["cp1252"],
    ),
    "quotes": ("“It’s late,” said the owl – and didn’t speak again.\n", ["cp1252"]),
    "Greek": ("Η γλώσσα μου έδωσαν ελληνική, το σπίτι φτωχικό στις αμμουδιές.\n", ["cp1253"]),
    "Arabic": ("في البدء خلق الله السماوات والأرض وكانت الأرض خربة\n", ["cp1256"]),
    "places": ("東京都 大阪府 京都府 神奈川県\n", ["shift_jis"]),
    "family names": ("佐藤 鈴木 高橋 田中 渡辺 伊藤 山本\n", ["shift_jis"]),
    "short": ("我沒有埋怨，磋砣的只是一些時間。\n", ["big5"]),
    "Czech": ("Příliš žluťoučký kůň úpěl ďábelské ódy\n", ["cp1250", "iso8859-2"]),
    "Turkish": ("Türkçe karakterler: ğüşıöç İstanbul'da yaşıyorum\n", ["cp1254"]),
    "Hebrew": ("בראשית ברא אלהים את השמים ואת הארץ\n", ["cp1255"]),
    "Ukrainian": ("Як умру, то поховайте мене на могилі, серед степу широкого\n", ["cp1251"]),
    "Thai": ("ในปฐมกาลพระเจ้าทรงเนรมิตสร้างฟ้าสวรรค์และแผ่นดินโลก\n", ["tis-620"]),
}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param(text, encoding, id=f"{name}-{encoding}")
        for name, (text, encodings) in LEGACY.items()
        for encoding in encodings
    ],
)
@pytest.mark.parametrize("around", ["", "Plain words, as many texts have them. " * 40])
def test_legacy_encodings_are_recognised(text: str, encoding: str, around: str) -> None:
    """Legacy encodings are recognised by their bytes, even amid much ASCII."""
    content = (around + text * 9).encode(encoding)

    found = detect_encoding(io.BytesIO(content), name="it")

    assert content.decode(found) == around + text * 9
    assert read_as(io.BytesIO(content), found, name="it", guessed=True).notes == (
        f"it: read as {found} (another: ⟪encoding⟫)",
    )


@pytest.mark.parametrize(
    ("content", "encoding", "note"),
    [
        (
            "Zeile: Grüße aus Köln\n".encode() * 900 + b"na\xefve\n",
            "utf-8",
            "line 901, byte 3 (ef)",
        ),
        (b"plain words\r\n" * 900 + b"ok\x92s\n", "utf-8", "line 901, byte 3 (92)"),
        (
            "夜来风雨声\n".encode("gb18030") * 200 + b"\xff\n" + "花落\n".encode("gb18030") * 200,
            "gb18030",
            "line 201, byte 1 (ff)",
        ),
    ],
    ids=["UTF-8", "ASCII", "GB18030"],
)
def test_a_stray_byte_does_not_change_the_encoding(content: bytes, encoding, note: str) -> None:
    """A stray byte is reported with its place and replaced; on request the file is refused."""
    found = detect_encoding(io.BytesIO(content), name="it")

    notes = read_as(io.BytesIO(content), found, name="it").notes
    text = "".join(pieces(io.BytesIO(content), found, name="it"))

    assert found == encoding
    assert len(notes) == 1
    assert note in notes[0]
    assert text.count("\ufffd") == 1
    with pytest.raises(CorpusError, match="bytes do not belong there, line") as caught:
        read_as(io.BytesIO(content), found, name="it", refuse=True)
    assert "bad_bytes='replace'" in caught.value.hint


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("given", [True, False], ids=["given", "found"])
def test_a_cut_character_is_left_out(encoding: str, given: bool) -> None:
    """A character that is cut off at the start or end of a file is left out with a note."""
    content = (POEM * 50).encode(encoding)[:-2]
    content = content[1:] if encoding == "utf-8" else content

    found = encoding if given else detect_encoding(io.BytesIO(content), name="it")

    assert found == encoding
    assert "".join(pieces(io.BytesIO(content), found, name="it")) in POEM * 50
    (note,) = read_as(io.BytesIO(content), found, name="it").notes
    assert "cut in the middle of a character" in note


@pytest.mark.parametrize(
    ("text", "encoding", "message"),
    [
        ("北海道\n青森県\n岩手県\n宮城県\n秋田県\n山形県\n福島県\n", "euc_jp", "gb18030"),
        ("佐藤 鈴木 高橋 田中 渡辺 伊藤 山本\n", "euc_jp", "is gb18030 or euc_jp|is cp949 or"),
        ("大韓民國은 民主共和國이다. 모든 權力은 國民으로부터 나온다.\n", "cp949", "cannot tell"),
        ("ｶﾅﾃﾞｽ ﾃｽﾄ ﾄｳｷｮｳ\n", "cp932", "cannot tell"),
        ("中文", "big5", "cannot tell"),
    ],
    ids=["places", "names", "mixed script", "half-width", "two characters"],
)
def test_what_may_be_another_encoding_is_never_taken_for_chinese(text, encoding, message) -> None:
    """Bytes with several plausible encodings are refused, and the hint asks for the encoding."""
    content = (text * 9 if "\n" in text else text).encode(encoding)

    with pytest.raises(CorpusError, match=message) as caught:
        detect_encoding(io.BytesIO(content), name="it")

    assert "encoding=" in caught.value.hint


def test_two_encodings_in_one_file_are_refused() -> None:
    """A file in two encodings is refused, and the first place that does not fit is named."""
    content = POEM.encode() + POEM.encode("gb18030")

    with pytest.raises(CorpusError, match=r"in several encodings at once.*line 7, byte 1"):
        detect_encoding(io.BytesIO(content), name="it")


@pytest.mark.parametrize("at", [3, 5000, 90_000])
def test_one_rule_for_zeros(at: int) -> None:
    """A NUL character is left out wherever it occurs, and a note reports it."""
    content = b"words and words\n" * 8000
    content = content[:at] + b"\x00" + content[at:]

    found = detect_encoding(io.BytesIO(content), name="it")

    assert "\x00" not in "".join(pieces(io.BytesIO(content), found, name="it"))
    assert read_as(io.BytesIO(content), found, name="it").notes == (
        "it: zero characters left out: 1",
    )


def test_marks_of_joined_files_are_left_out() -> None:
    """A byte-order mark that `cat` left in the middle of two joined files is left out."""
    for encoding in ("utf-8-sig", "utf-16"):
        content = POEM.encode(encoding) * 2
        found = detect_encoding(io.BytesIO(content), name="it")
        assert "".join(pieces(io.BytesIO(content), found, name="it")) == POEM * 2


@given(st.binary(min_size=64, max_size=256))
def test_random_bytes_are_no_utf16(content: bytes) -> None:
    """Random bytes are never taken for UTF-16, as too few of the characters would be common."""
    with suppress(CorpusError):
        found = detect_encoding(io.BytesIO(b"\x80\xff\x80" + content), name="it")
        assert found == "gb18030"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00" * 9, "not text"),
        (b"\x80\x81\xfe\xff\x90" * 99, "cannot tell the encoding"),
    ],
    ids=["picture", "noise"],
)
def test_what_cannot_be_told_is_an_error(content: bytes, message: str) -> None:
    """Binary files and unknown encodings are refused with a hint."""
    with pytest.raises(CorpusError, match=message) as caught:
        detect_encoding(io.BytesIO(content), name="it")

    assert caught.value.hint


def test_control_codes_are_not_text() -> None:
    """A file that decodes but is full of control codes is refused as binary."""
    with pytest.raises(CorpusError, match="control codes"):
        read_as(io.BytesIO(bytes(range(1, 8)) * 50), "utf-8", name="it")


def test_wrong_encoding_says_which_bytes() -> None:
    """A wrong encoding is refused, and the error names the first bytes that do not fit."""
    with pytest.raises(
        CorpusError, match=r"it is not utf-8: \d+ bytes do not.*line 1, byte 5 \(c3"
    ):
        read_as(io.BytesIO(POEM.encode("gb18030")), "utf-8", name="it")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\r\n")))
def test_pieces_make_the_whole(raw: str) -> None:
    """However a text is cut into pieces, they concatenate to the normalised whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decode_module, "PIECE_CHARS", 3)
        joined = "".join(pieces(io.BytesIO(raw.encode()), "utf-8", name="it"))

    assert unicodedata.normalize("NFC", joined) == normalise(raw)


def test_variants_do_not_repeat_or_return_the_character() -> None:
    """`variants` returns neither the character itself nor the same variant twice."""
    for char in "Ａ馬后髮é☃":
        found = list(variants(char))
        assert char not in found
        assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "text",
    ["Die Mädchen gingen über Brücken. ", "naïve café, déjà vu ", "Müller\nKöhler\n"],
    ids=["German", "French", "names"],
)
def test_western_accents_are_not_taken_for_chinese(text: str) -> None:
    """Accented Western text is not taken for GB18030, though some of its bytes would be valid."""
    content = (("plain " * 1000) + text * 30).encode("latin-1")

    found = detect_encoding(io.BytesIO(content), name="it")

    assert content.decode(found) == content.decode("latin-1")


def test_traditional_characters_are_chinese_too() -> None:
    """A poem in traditional characters is recognised as GB18030."""
    poem = "床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。春眠不覺曉，處處聞啼鳥。"

    assert detect_encoding(io.BytesIO(poem.encode("gb18030")), name="it") == "gb18030"


def test_half_a_surrogate_pair_is_mended() -> None:
    """`normalise` joins surrogate pairs and replaces a lone surrogate."""
    assert normalise("\ud83e\udd89") == "\U0001f989"
    assert normalise("a\udc80b") == "a\ufffdb"


def test_signs_of_several_characters_are_one() -> None:
    """A flag, a family emoji, and a letter with a combining mark are one grapheme each."""
    assert len(graphemes("🇩🇪👨\u200d👩\u200d👧q\u0308")) == 3
