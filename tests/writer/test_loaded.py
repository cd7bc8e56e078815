"""The Python interface of loaded models."""

import pytest

import charbard
from charbard.bundle import save_bundle
from charbard.config import VerseOrder
from charbard.errors import OptionError
from charbard.writer import VerseWriter
from tests.conftest import random_bundle
from tests.web.conftest import verse_bundle


def test_a_loaded_model_writes_verse_as_its_writer_does(tmp_path) -> None:
    """A loaded model and a `VerseWriter` write the same poems for the same order and seed."""
    bundle = save_bundle(verse_bundle(), tmp_path / "verse.safetensors")
    order = VerseOrder(form="五绝", theme="秋夜", candidates=2, drafts=2, seed=3)

    model = charbard.load(tmp_path / "verse.safetensors")

    poems = model.verse("五绝", theme="秋夜", candidates=2, drafts=2, seed=3)
    assert poems == VerseWriter(bundle).verse(order)
    assert "verse" in repr(model)
    assert poems[0].lines[0] in repr(poems[0])
    assert len(repr(poems[0])) < 100


def test_couplets_and_names_are_reached_from_a_model(tmp_path) -> None:
    """A verse model also writes couplets and names."""
    save_bundle(verse_bundle(), tmp_path / "verse.safetensors")
    model = charbard.load(tmp_path / "verse.safetensors")

    ((couplet, heading),) = model.couplet("春风吹绿柳", candidates=1, drafts=1, seed=1)
    names = model.names("李", candidates=2, seed=1)

    assert couplet.lines[0] == "春风吹绿柳"
    assert heading is None
    assert all(name.text.startswith("李") for name in names)


@pytest.mark.parametrize("what", ["verse", "couplet", "names"])
def test_a_model_of_prose_says_what_it_does_not_write(tmp_path, what: str) -> None:
    """A model of prose refuses to write verse, couplets and names."""
    save_bundle(random_bundle(), tmp_path / "prose.safetensors")
    model = charbard.load(tmp_path / "prose.safetensors")

    with pytest.raises(OptionError, match="does not write"):
        getattr(model, what)("春")
    assert "prose" in repr(model)


def test_every_name_of_the_package_can_be_used() -> None:
    """Every name that `charbard` exports exists."""
    pytest.importorskip("torch")

    assert [name for name in charbard.__all__ if not hasattr(charbard, name)] == []
