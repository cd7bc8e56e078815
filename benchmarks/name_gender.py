"""Measure whether a model of names follows the gender it is conditioned on.

    python benchmarks/name_gender.py --model src/charbard/models/names.safetensors

Two measures are printed: how much the distribution of first characters differs between the genders
(total variation), and how often a held-out given name is likelier under its own gender than under
the other. Each held-out given name with a gender counts once, even if it has several surnames. If
the model was trained with eras, it is conditioned on the modern era.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from charbard.bundle import Bundle, load_bundle
from charbard.config import CorpusConfig
from charbard.corpus import Record, find_inputs, read_records
from charbard.runtime import Model
from charbard.runtime.score import score_texts
from charbard.vocab import END
from charbard.writer.inspect.condition_effect import share_told

GENDERS = ("男", "女")


def nats(bundle: Bundle, names: list[str], gender: str) -> np.ndarray:
    """Return the nats of each given name and its end, without a surname as a condition."""
    opening = bundle.vocab.opening(has_records=True, fields=_known(bundle, gender))
    texts = [np.asarray([*opening, *bundle.vocab.encode(name), END]) for name in names]
    scores = score_texts(Model(bundle), texts)
    return np.array([-float(score.logp_N[len(opening) - 1 :].sum()) for score in scores])


def _known(bundle: Bundle, gender: str) -> dict[str, str]:
    """Return the conditions for a modern name of this gender."""
    era = {"era": "今"} if "era" in bundle.vocab.fields else {}
    return {**era, "gender": gender}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--corpus", default="names")
    parser.add_argument("--model", type=Path, default=Path("names"))
    parser.add_argument("--surname", default="李", help="for the first answer")
    args = parser.parse_args()
    bundle = load_bundle(args.model)
    told = [{**_known(bundle, gender), "surname": args.surname} for gender in GENDERS]
    config = CorpusConfig(format="jsonl", fields=("gender",), split_field="split")
    records: dict[str, Record] = {
        record.text: record
        for record in read_records(find_inputs([args.corpus]), config)
        if record.side != 0 and record.fields.get("gender")
    }
    held = list(records.values())
    male, female = (nats(bundle, [record.text for record in held], gender) for gender in GENDERS)
    is_female = np.array([record.fields["gender"] == GENDERS[1] for record in held])
    found = {
        "first characters that differ": f"{share_told(bundle, Model(bundle), *told):.1%}",
        "held-out names": len(held),
        "of girls": f"{is_female.mean():.1%}",
        "likelier under their own gender": f"{((female < male) == is_female).mean():.1%}",
    }
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
