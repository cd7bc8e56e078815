"""The values of a field are listed if there are only a few."""

import json

from charbard.config import CorpusConfig
from charbard.corpus import open_dataset
from charbard.corpus.values import listed_values


def test_few_values_are_listed_and_titles_are_not(tmp_path) -> None:
    """Only fields with few values are listed: their values in training, commonest first."""
    rows = [
        {"dynasty": "宋" if n % 3 else "唐", "title": f"其{n}", "text": "月落", "split": "train"}
        for n in range(60)
    ]
    rows.append({"dynasty": "清", "title": "夜", "text": "江", "split": "validation"})
    path = tmp_path / "r.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    config = CorpusConfig(format="jsonl", fields=("dynasty", "title"), split_field="split")

    assert listed_values(open_dataset([str(path)], config)) == {"dynasty": ["宋", "唐"]}


def test_a_running_text_has_none(owl) -> None:
    """Running text has no fields and therefore no values to list."""
    assert listed_values(open_dataset([str(owl)])) == {}
