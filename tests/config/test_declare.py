"""Settings are checked where they are declared."""

from dataclasses import replace

import numpy as np
import pytest

from charbard.config import (
    CorpusConfig,
    ModelConfig,
    SampleOptions,
    TextOrder,
    TrainConfig,
    from_dict,
    read_settings,
    to_dict,
)
from charbard.errors import OptionError


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: SampleOptions(temperature=0.001), "0 or at least 0.01, got 0.001"),
        (lambda: SampleOptions(temperature=float("nan")), "finite"),
        (lambda: SampleOptions(top_k="many"), "top_k must be an integer, got 'many'"),
        (lambda: SampleOptions(top_p=1.5), "at most 1.0"),
        (lambda: TrainConfig(steps=True), "must be an integer"),
        (lambda: TrainConfig(), "one budget is needed, got none"),
        (lambda: TrainConfig(steps=1, epochs=1.0), "epochs and steps"),
        (lambda: TrainConfig(steps=1, decay="sudden"), "no choice 'sudden'"),
        (lambda: ModelConfig(vocab_size=9, tied=True), "tied weights"),
        (lambda: CorpusConfig(fields=("title",)), "no fields"),
        (lambda: from_dict(TrainConfig, {"steps": 1, "learning_rat": 1}), "learning_rat"),
    ],
)
def test_wrong_values_are_refused(build, message: str) -> None:
    """A wrong value is refused, and the message says what is allowed."""
    with pytest.raises(OptionError, match=message):
        build()


def test_an_unknown_name_suggests_the_right_one() -> None:
    """A misspelt setting is refused with a hint that gives the nearest valid names."""
    with pytest.raises(OptionError) as caught:
        from_dict(TrainConfig, {"steps": 1, "learning_rat": 0.1})

    assert "learning_rate" in caught.value.hint


def test_configs_survive_json() -> None:
    """A config is the same after conversion to plain values and back."""
    config = replace(TrainConfig(steps=3), dropout=0.25)

    assert from_dict(TrainConfig, to_dict(config)) == config


def test_a_file_of_settings(tmp_path) -> None:
    """Tables in a TOML file only group settings; a file that is not TOML is refused."""
    path = tmp_path / "c.toml"
    path.write_text("minutes = 2\n[network]\nhidden_size = 64\n")

    assert read_settings(path) == {"minutes": 2, "hidden_size": 64}
    path.write_text("hidden_size 64")
    with pytest.raises(OptionError, match="cannot read config file"):
        read_settings(path)


def test_weights_are_counted() -> None:
    """The parameters and multiply-accumulates of a small network match a count by hand."""
    config = ModelConfig(vocab_size=10, hidden_size=4, embedding_size=3, projection_size=2)

    gates = 16 * 3 + 16 * 4
    assert config.num_parameters == 30 + gates + 32 + (8 + 2) + (20 + 10)
    assert config.macs_per_char == gates + 8 + 20


def test_numbers_of_numpy_are_taken() -> None:
    """NumPy scalars become Python numbers; an array of several values is refused."""
    options = SampleOptions(top_k=np.int64(5), temperature=np.float32(0.5), greedy=np.bool_(True))

    assert (options.top_k, options.temperature, options.greedy) == (5, 0.5, True)
    assert [type(one) for one in (options.top_k, options.temperature)] == [int, float]
    assert to_dict(TextOrder(length=np.int32(7)))["length"] == 7
    with pytest.raises(OptionError, match="top_k must be an integer"):
        SampleOptions(top_k=np.array([5, 6]))
    with pytest.raises(OptionError, match="top_k must be at least 1, got 0"):
        SampleOptions(top_k=np.int64(0))


def test_an_old_name_is_refused_with_the_new_one() -> None:
    """The old name `repetition_penalty` is refused with a hint to use `frequency_penalty`."""
    with pytest.raises(OptionError) as caught:
        from_dict(SampleOptions, {"repetition_penalty": 0.5})

    assert "frequency_penalty" in caught.value.hint
