"""Measure what keeping a form costs, and what a particle search regains.

    python benchmarks/verse.py MODEL [--judge OTHER] [--poems 400] [--form 七绝] [--json OUT]

Poems of one form are written freely (conditioned on the form but unconstrained), under plain masks,
and with more and more particles. Constrained poems are requested with only the form, with a random
acrostic of common characters, and with three locked characters. Each row has the mean nats per
character under the model itself and under a separately trained model, given characters included;
the share of poems that keep the form; and the CPU time per character.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from charbard.bundle import load_bundle
from charbard.config import VerseOrder
from charbard.errors import ConflictError
from charbard.prosody.book import common_chars
from charbard.prosody.check import check
from charbard.runtime import Anything, Decoded, Draws, Emit, Steps, Task, as_ids, generate, run
from charbard.runtime.quant import ByteModel
from charbard.vocab import END
from charbard.writer import VerseWriter
from charbard.writer.inspect.reading import read_scored
from charbard.writer.verse.request import Request

ROWS = 256
MARKS = "，。"


def free(writer: VerseWriter, request: Request, count: int) -> list[str]:
    """Write texts without a constraint, up to the end of the record or a length limit."""
    vocab, size = writer.bundle.vocab, len(request.machine)
    allowed = as_ids([END, *range(vocab.first_char, len(vocab))])
    options = request.order.options
    tasks = [
        Task(
            generate(
                request.prompt, Anything(allowed), Draws(options=options, seed=1, sample=sample)
            )
        )
        for sample in range(count)
    ]
    texts: list[list[int]] = [[] for _ in range(count)]
    done: set[int] = set()
    for sample, step in run(writer.network, [_ended(task, size * 2) for task in tasks], rows=ROWS):
        if step.char_id == END:
            done.add(sample)
        elif sample not in done:
            texts[sample].append(step.char_id)
    return [vocab.decode(text) for text in texts]


def _ended(task: Task, most: int) -> Task:
    """Stop a text at its end symbol, or after `most` characters."""

    def steps() -> Steps:
        said, count = next(task.steps), 0
        while True:
            outcome = yield said
            said = next(task.steps) if outcome is None else task.steps.send(outcome)
            if isinstance(said, Emit):
                count += 1
                yield said
                if said.value.char_id == END or count >= most:
                    return
                said = next(task.steps)

    return Task(steps())


def orders(form: str, kind: str, count: int, writer: VerseWriter) -> list[VerseOrder]:
    """Return one order per poem, each with its own random characters if `kind` requires any."""
    rng = np.random.default_rng(7)

    def pick(size: int) -> str:
        return "".join(rng.choice(list(common_chars()[:500]), size, replace=False))

    base = VerseOrder(form=form, titled=False, candidates=1, temperature=1.0)
    found: list[VerseOrder] = []
    lengths = writer.request(base).form.variants[0].lengths
    while len(found) < count:
        order = replace(base, seed=len(found))
        if kind == "acrostic":
            order = replace(order, acrostic=pick(min(4, len(lengths))))
        elif kind == "locks":
            lines = rng.choice(len(lengths), 3, replace=False)
            locks = [f"{n + 1}.{rng.integers(1, lengths[n]) + 1}={pick(1)}" for n in lines]
            order = replace(order, locks=tuple(locks))
        try:
            writer.request(order)
        except ConflictError:
            continue
        found.append(order)
    return found


def written(writer: VerseWriter, requests: Sequence[Request], drafts: int) -> list[str]:
    """Write a text for each request."""
    tasks = [
        writer.task(replace(request, order=replace(request.order, drafts=drafts, novel=False)))
        for request in requests
    ]
    texts: dict[int, str] = {}
    for number, said in run(writer.network, tasks, rows=ROWS):
        if isinstance(said, Decoded):
            texts[number] = requests[number].text(said.ids)
    return [texts[number] for number in range(len(requests))]


def nats(writer: VerseWriter, form: str, texts: Sequence[str]) -> float:
    """Return the mean nats per character, without marks."""
    request = writer.request(VerseOrder(form=form, titled=False))
    vocab = writer.bundle.vocab
    ids = [vocab.encode(text).tolist() for text in texts if text]
    tasks = [Task(read_scored(request.prompt, each)) for each in ids]
    marks = {vocab.id_of(mark) for mark in MARKS}
    total, count = 0.0, 0
    for number, logp in run(writer.network, tasks, rows=ROWS):
        kept = [v for i, v in zip(ids[number], logp, strict=True) if i not in marks]
        total -= sum(kept)
        count += len(kept)
    return total / count


def timed(work: Callable[[], list[str]]) -> tuple[list[str], float]:
    """Return the texts, and the CPU time in microseconds per written character."""
    started = time.process_time()
    texts = work()
    return texts, (time.process_time() - started) / sum(map(len, texts)) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--judge", type=Path)
    parser.add_argument("--poems", type=int, default=400)
    parser.add_argument("--form", default="七绝")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    bundle = load_bundle(options.model)
    writer = VerseWriter(bundle, ByteModel(bundle, threads=1))
    judge = VerseWriter.open(options.judge) if options.judge else None
    rows = []

    def report(wish: str, search: str, texts: list[str], micros: float) -> None:
        kept = [text for text in texts if _keeps(text, options.form)]
        row = {"wish": wish, "search": search, "nats": round(nats(writer, options.form, texts), 4)}
        if judge is not None:
            row["judge_nats"] = round(nats(judge, options.form, texts), 4)
        row |= {"kept": round(len(kept) / len(texts), 4), "us_per_char": round(micros, 1)}
        rows.append(row)
        print(json.dumps(row, ensure_ascii=False), flush=True)

    order = VerseOrder(form=options.form, titled=False, candidates=1, temperature=1.0)
    base = writer.request(order)
    report("nothing", "free", *timed(lambda: free(writer, base, options.poems)))
    for wish in ("form", "acrostic", "locks"):
        asked = orders(options.form, wish, options.poems, writer)
        requests = [base if wish == "form" else writer.request(order) for order in asked]
        if wish == "form":
            requests = [replace(base, order=order) for order in asked]
        for drafts in (1, 8, 32):
            search = "plain masks" if drafts == 1 else f"{drafts} drafts"
            report(wish, search, *timed(lambda: written(writer, requests, drafts)))  # noqa: B023
    if options.json:
        options.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


def _keeps(text: str, form: str) -> bool:
    from charbard.errors import OptionError

    try:
        return check(text, form).is_kept
    except OptionError:
        return False


if __name__ == "__main__":
    main()
