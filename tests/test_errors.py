"""An error is worded once, and each interface names settings in its own notation."""

import ast
import dataclasses
import inspect
import re
import traceback
from pathlib import Path

import charbard
from charbard import config
from charbard.cli.wording import in_options
from charbard.errors import CorpusError, OptionError, in_python, spelled
from charbard.web.errors import body_of

SOURCE = Path(charbard.__file__).parent
DOORS = ("cli/", "web/routes/jobs.py")
"""Modules whose messages may name options: the command line's own, or those of curl."""
OPTION = re.compile(r"(?<![\w-])--[a-z]")
COMMAND = re.compile("charbard [a-z]+ |^--[a-z-]+=?$|git|npm")
SETTING = re.compile("⟪([a-z_]+)")


def literals(path: Path) -> list[str]:
    """Return every string in a module's code, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    shown = ast.walk(tree)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in shown
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


MODULES = [path for path in sorted(SOURCE.rglob("*.py")) if "data" not in path.parts]


def test_only_the_command_line_names_its_options() -> None:
    """Outside `DOORS` and three exempt modules, no message names a command-line option."""
    below = [one for one in MODULES if not one.relative_to(SOURCE).as_posix().startswith(DOORS)]
    found = [
        (path.name, text)
        for path in below
        for text in literals(path)
        if OPTION.search(text) and not COMMAND.search(text)
    ]

    assert [one for one in found if one[0] not in ("fetch.py", "page.py", "workshop.py")] == []


def test_every_setting_in_a_message_exists() -> None:
    """Every setting that an error or note names exists."""
    kinds = [kind for kind in vars(config).values() if dataclasses.is_dataclass(kind)]
    known = {field.name for kind in kinds for field in dataclasses.fields(kind)}
    known |= set(inspect.signature(charbard.fit).parameters)
    known |= {"from", "part", "protocol", "chosen", "given", "card", "form", "name"}
    named = {name for path in MODULES for text in literals(path) for name in SETTING.findall(text)}

    assert len(named) > 30
    assert named <= known


ERROR = OptionError("⟪min_count=0⟫ is no count", hint="raise ⟪min_count⟫, or ⟪encoding=big5⟫")


def test_the_doors_spell_one_error() -> None:
    """Each interface shows the settings in an error as options, arguments or JSON fields."""
    flags = {"min_count": "--min-count", "encoding": "--encoding"}

    assert ERROR.said(lambda name, value: in_options(flags, name, value)) == (
        "--min-count 0 is no count",
        "raise --min-count, or --encoding big5",
    )
    assert str(ERROR) == "min_count=0 is no count"
    assert ERROR.hint == "raise min_count, or encoding='big5'"
    assert body_of(ERROR) == {
        "error": "min_count=0 is no count",
        "hint": "raise min_count, or encoding=big5",
        "code": "",
        "values": {},
    }


def test_a_traceback_shows_the_hint() -> None:
    """A Python traceback shows the error's hint."""
    assert "Hint: raise min_count" in "".join(traceback.format_exception(ERROR))


def test_an_error_with_its_place_is_still_spelled_later() -> None:
    """After a place is added to an error, an interface can still show settings as options."""
    error = CorpusError("no ⟪text_field⟫", hint="see ⟪fields⟫").at("a.csv, line 3")

    assert str(error) == "a.csv, line 3: no text_field"
    assert error.said(lambda name, _: f"--{name}")[1] == "see --fields"


def test_what_a_door_lacks_is_not_offered_there() -> None:
    """A note offers a setting only where the interface has that setting."""
    note = "it: 1 byte is not utf-8 (to refuse such a file: ⟪bad_bytes=refuse⟫)"

    assert spelled(note, lambda *_: None) == "it: 1 byte is not utf-8"
    assert spelled(note, in_python).endswith("bad_bytes='refuse')")
