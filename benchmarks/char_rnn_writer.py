"""Reproduce char-rnn-writer's network in torch: its perplexity on verse after given training times.

    python benchmarks/char_rnn_writer.py verse.jsonl --minutes 1 3 5 15 [--threads 2]

The architecture and training are those of that project. The network has an embedding of width 128,
two layers of that width that share one LSTM cell, and a full softmax. It is trained by Adam at a
rate of 0.01, without decay, on random batches of 64 poems of 5 to 79 characters, which are padded
to the longest; padding is learned like text. Two things differ, both in favour of that project: the
first symbol of a poem states its form, and torch's fused LSTM reads several times as many poems per
minute as the TensorFlow loop did.

The network is trained on the records whose split is train, and scored by protocol V (report.verse)
on the records of `--part`. One JSON line is printed for each training time, which does not include
scoring.

Shape letters: T time, B poems, V symbols.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from kneser_ney import Symbols
from torch import Tensor, nn

from charbard.corpus import Record
from charbard.prosody.poem import is_han
from charbard.report.scoring import Tally
from charbard.report.verse import measured, read_verse
from charbard.train.loss import summed_cross_entropy
from charbard.vocab import UNKNOWN, Vocab, count_chars

WIDTH, LAYERS, POEMS, RATE = 128, 2, 64, 0.01
SHORTEST, LONGEST = 5, 79


class SharedCell(nn.Module):
    """Embedding, one LSTM cell applied twice, and the output layer."""

    def __init__(self, symbols: int) -> None:
        super().__init__()
        self.embedding = nn.Parameter(torch.empty(symbols, WIDTH).uniform_(-1, 1))
        self.cell = nn.LSTM(WIDTH, WIDTH)
        self.out = nn.Linear(WIDTH, symbols)
        with torch.no_grad():
            bias: Any = self.cell.bias_ih_l0
            bias[WIDTH : 2 * WIDTH] = 1.0

    def features(self, ids_TB: Tensor) -> Tensor:
        """Return the inputs of the output layer after each symbol, from a zero state."""
        x_TBH = nn.functional.embedding(ids_TB, self.embedding)
        for _ in range(LAYERS):
            x_TBH, _ = self.cell(x_TBH)
        return x_TBH

    def loss(self, ids_TB: Tensor, targets_TB: Tensor) -> Tensor:
        """Return the mean loss over every position, padding included."""
        features = self.features(ids_TB).flatten(0, 1)
        total = summed_cross_entropy(features, self.out.weight, self.out.bias, targets_TB.flatten())
        return total / targets_TB.numel()


class Poems:
    """Records as rows of symbols: beginning, text, end, padding."""

    def __init__(self, records: Sequence[Record], min_count: int) -> None:
        self._records = [r for r in records if SHORTEST <= len(r.text) <= LONGEST]
        counts = count_chars(record.text for record in self._records)
        vocab = Vocab.from_counts(counts, min_count=min_count)
        kinds = {record.fields.get("form", "") for record in self._records}
        self.symbols = Symbols.of(vocab, kinds)
        self.pad = len(vocab) + len(self.symbols.beginnings)

    def batches(self, seed: int) -> Iterator[Tensor]:
        """Yield batches of shape (T + 1, 64) forever."""
        rng = np.random.default_rng(seed)
        while True:
            for chosen in rng.permutation(len(self._records) // POEMS * POEMS).reshape(-1, POEMS):
                yield self.rows([self._records[index] for index in chosen])

    def rows(self, records: Sequence[Record]) -> Tensor:
        """Encode records as rows of one array."""
        text = self.symbols.text(records, "form")
        column = np.cumsum(text.place_N == 0) - 1
        rows = np.full((int(text.place_N.max()) + 1, len(records)), self.pad)
        rows[text.place_N, column] = text.tokens_N
        return torch.from_numpy(rows)

    def __len__(self) -> int:
        return len(self._records)


@torch.no_grad()
def scores(network: SharedCell, poems: Poems, records: Sequence[Record]) -> list[Tally]:
    """Return one tally per record, which counts only Chinese characters."""
    order = np.argsort([-len(record.text) for record in records], kind="stable").tolist()
    found = [Tally()] * len(records)
    for start in range(0, len(order), POEMS):
        group = order[start : start + POEMS]
        rows = poems.rows([records[index] for index in group])
        logits = network.out(network.features(rows[:-1]))
        nats_TB = nn.functional.cross_entropy(
            logits.flatten(0, 1), rows[1:].flatten(), reduction="none"
        ).view(rows[1:].shape)
        for column, index in enumerate(group):
            han = torch.tensor([is_han(char) for char in records[index].text])
            mine = rows[1 : len(han) + 1, column][han]
            nats = float(nats_TB[: len(han), column][han].double().sum())
            found[index] = Tally(nats, len(mine), int((mine == UNKNOWN).sum()))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("verse")
    parser.add_argument("--minutes", type=float, nargs="+", default=[1.0, 3.0, 5.0, 15.0])
    parser.add_argument("--part", default="test")
    parser.add_argument("--forms", nargs="*", help="learn from and score these forms only")
    parser.add_argument("--min-count", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)

    def chosen(part: str) -> list[Record]:
        records = read_verse([args.verse], part)
        return [r for r in records if not args.forms or r.fields.get("form") in args.forms]

    poems, held_out = Poems(chosen("train"), args.min_count), chosen(args.part)
    network = SharedCell(poems.pad + 1)
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE)
    batches, steps, spent_s = poems.batches(args.seed), 0, 0.0
    for minutes in sorted(args.minutes):
        began = time.monotonic()
        while spent_s + time.monotonic() - began < 60 * minutes:
            rows = next(batches)
            optimizer.zero_grad()
            torch.autograd.backward(network.loss(rows[:-1], rows[1:]))
            optimizer.step()
            steps += 1
        spent_s += time.monotonic() - began
        found = measured(held_out, lambda told: scores(network, poems, told))
        groups = {name: round(group.perplexity, 2) for name, group in found.groups.items()}
        facts = {
            "minutes": minutes,
            "steps": steps,
            "epochs": round(steps * POEMS / len(poems), 3),
            "unknown": f"{found.unknown / found.chars:.3%}",
            "all": round(found.perplexity, 2),
        }
        print(json.dumps({**facts, **groups}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
