"""Add the list of its text's words to a finished bundle, without changing any weight.

    python scripts/list_words.py src/charbard/models/shakespeare.safetensors shakespeare

`charbard export --spelling TEXT` does the same while it stores the weights as bytes.
"""

import argparse
import json
from pathlib import Path

from safetensors import safe_open
from safetensors.numpy import save

from charbard.bundle import _digest, load_bundle
from charbard.cli.export import words_of_text
from charbard.files import write_atomically


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("text", nargs="+")
    options = parser.parse_args()
    words = words_of_text(load_bundle(options.model), options.text)
    with safe_open(options.model, framework="numpy") as file:
        document = json.loads(file.metadata()["charbard"])
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    document["spelling"] = " ".join(words)
    del document["digest"]
    document["digest"] = _digest(document, arrays)
    write_atomically(
        options.model, save(arrays, {"charbard": json.dumps(document, ensure_ascii=False)})
    )
    print(f"{len(words)} words; model {document['digest']}")


if __name__ == "__main__":
    main()
