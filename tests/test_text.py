"""Any bytes become normalised text, or a clear error."""

import io
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charbard import text as text_module
from charbard.errors import CorpusError
from charbard.text import detect_encoding, normalise, pieces, variants

POEM = "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。\n" * 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"])
def test_encodings_are_detected(encoding: str) -> None:
    """A Chinese poem is read alike in every encoding that people use."""
    content = POEM.encode(encoding)

    found = detect_encoding(io.BytesIO(content), name="poem")

    assert content.decode(found) == POEM


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark(encoding: str) -> None:
    """Western text in UTF-16 is known by its zero bytes."""
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
    """Known because nearly all of it is common Chinese; in the other order it would not be."""
    assert detect_encoding(io.BytesIO(text.encode(encoding)), name="poem") == encoding


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_of_other_scripts_is_refused(encoding: str) -> None:
    """What is not certain is not guessed."""
    content = ("한국어 텍스트를 읽습니다 그리고\n" * 9).encode(encoding)

    with pytest.raises(CorpusError, match="zero bytes") as caught:
        detect_encoding(io.BytesIO(content), name="it")

    assert "--encoding utf-16-le" in caught.value.hint


@given(st.binary(min_size=64, max_size=256))
def test_random_bytes_are_no_utf16(content: bytes) -> None:
    """By chance a third of the code points would be common, not nine tenths."""
    with suppress(CorpusError):
        found = detect_encoding(io.BytesIO(b"\x80\xff\x80" + content), name="it")
        assert found == "gb18030"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00" * 9, "not text"),
        ("café crème à la carte\n".encode("latin-1") * 9, "cannot tell the encoding"),
    ],
    ids=["picture", "latin-1"],
)
def test_what_cannot_be_told_is_an_error(content: bytes, message: str) -> None:
    """Binary files and unknown encodings are refused with a way out."""
    with pytest.raises(CorpusError, match=message) as caught:
        detect_encoding(io.BytesIO(content), name="it")

    assert caught.value.hint


def test_control_codes_are_not_text() -> None:
    """A file that decodes but is full of control codes is binary."""
    with pytest.raises(CorpusError, match="control codes"):
        list(pieces(io.BytesIO(bytes(range(1, 8)) * 50), "utf-8", name="it"))


def test_wrong_encoding_says_which_bytes() -> None:
    """Reading in a wrong encoding names the bytes that do not fit."""
    with pytest.raises(CorpusError, match="ff 61"):
        list(pieces(io.BytesIO(b"ab\xffabc"), "utf-8", name="it"))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\r\n")))
def test_pieces_make_the_whole(raw: str) -> None:
    """However it is cut, the pieces join to the normalised whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_module, "PIECE_CHARS", 3)
        joined = "".join(pieces(io.BytesIO(raw.encode()), "utf-8", name="it"))

    assert unicodedata.normalize("NFC", joined) == normalise(raw)


def test_variants_do_not_repeat_or_return_the_character() -> None:
    """Every variant is another single character, named once."""
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
    """An accented letter with the one behind it is a valid, rare character of GB18030."""
    content = (("plain " * 1000) + text * 30).encode("latin-1")

    with pytest.raises(CorpusError, match="cannot tell the encoding"):
        detect_encoding(io.BytesIO(content), name="it")


def test_traditional_characters_are_chinese_too() -> None:
    """Half of a classical text is common to both scripts."""
    poem = "床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。春眠不覺曉，處處聞啼鳥。"

    assert detect_encoding(io.BytesIO(poem.encode("gb18030")), name="it") == "gb18030"


def test_half_a_surrogate_pair_is_mended() -> None:
    """No text that charbard keeps holds what no encoding can carry."""
    assert normalise("\ud83e\udd89") == "\U0001f989"
    assert normalise("a\udc80b") == "a\ufffdb"
