"""Compare the LSTM with cells that train in parallel over time, with equal minutes on a CPU.

The challenger is a stack of gated linear recurrences (RG-LRU blocks of Griffin, or minGRU), each
followed by a gated feed-forward layer. Its products run over all of T x B rows at once; only the
element-wise recurrence h = a h + b is sequential. Both sides get the same text, batches, schedule,
weight averaging, arithmetic and optimizer (Muon for inner matrices, AdamW for the rest). Minutes
are the process's CPU time on one thread, so other load on the machine favours neither side.

    python benchmarks/challenger.py TEXT --minutes 1 --cells lstm:256:1 rglru:192:2

The script prints one JSON line per run.

Source: De et al. 2024, "Griffin"; Feng et al. 2024, "Were RNNs all we needed?".

Shape letters: T time, B streams, D width, V symbols.
"""

import argparse
import json
import time
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function

from charbard.config import ModelConfig, TrainConfig
from charbard.corpus import open_dataset
from charbard.corpus.split import TRAIN, VALIDATION
from charbard.train.batches import StreamBatches
from charbard.train.hardware import fast_bfloat16, peak_flops
from charbard.train.learner import arithmetic
from charbard.train.loss import summed_cross_entropy
from charbard.train.network import CharRNN
from charbard.train.optimizer import Optimizer
from charbard.train.schedule import rate_at

WINDOW = 256


class Scan(Function):
    """The recurrence h[t] = a[t] h[t-1] + b[t] as a loop: on a CPU, no parallel scan is faster."""

    @staticmethod
    def forward(ctx: Any, a_TBD: Tensor, b_TBD: Tensor, h_BD: Tensor) -> Tensor:
        out = torch.empty_like(b_TBD)
        before = h_BD
        for a, b, h in zip(a_TBD, b_TBD, out, strict=True):
            torch.addcmul(b, a, before, out=h)
            before = h
        ctx.save_for_backward(a_TBD, out, h_BD)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        a_TBD, out, h_BD = ctx.saved_tensors
        slope = grads[0].clone()
        for time_ in range(len(slope) - 2, -1, -1):
            slope[time_].addcmul_(a_TBD[time_ + 1], slope[time_ + 1])
        before = torch.cat([h_BD[None], out[:-1]])
        return slope * before, slope, None


class Block(nn.Module):
    """A gated linear recurrence and a gated feed-forward layer, each with a residual connection."""

    def __init__(self, width: int, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.norm_mix, self.norm_feed = nn.RMSNorm(width), nn.RMSNorm(width)
        self.into = nn.Linear(width, 2 * width)
        self.filter = nn.Parameter(torch.randn(4, width) / 2)
        self.gates = nn.Linear(width, 2 * width)
        self.decay = nn.Parameter(torch.linspace(-4.0, -0.5, width))
        self.out = nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(2 * width, width)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.down.weight)

    def forward(self, x_TBD: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Any]:
        past, h_BD = state
        side, value = self.into(self.norm_mix(x_TBD)).chunk(2, -1)
        longer = torch.cat([past, value.float()])
        shifted = [self.filter[i] * longer[i : i + len(x_TBD)] for i in range(4)]
        value = shifted[0] + shifted[1] + shifted[2] + shifted[3]
        first, second = self.gates(value.to(x_TBD.dtype)).float().chunk(2, -1)
        if self.kind == "mingru":
            keep = torch.sigmoid(first)
            a, b = keep, (1 - keep) * second
        else:
            log_a = -8 * nn.functional.softplus(self.decay) * torch.sigmoid(first)
            a = torch.exp(log_a)
            b = torch.sqrt(-torch.expm1(2 * log_a) + 1e-6) * torch.sigmoid(second) * value
        h_TBD: Tensor = Scan.apply(a, b, h_BD)  # type: ignore[no-untyped-call]
        x_TBD = x_TBD + self.out(h_TBD * nn.functional.gelu(side.float()))
        gate, feed = self.up(self.norm_feed(x_TBD)).chunk(2, -1)
        x_TBD = x_TBD + self.down(nn.functional.gelu(gate) * feed)
        return x_TBD, (longer[-3:].detach(), h_TBD[-1].detach())


class Stack(nn.Module):
    """The challenger: embedding, blocks, norm, output layer."""

    def __init__(self, vocab_size: int, width: int, layers: int, kind: str) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocab_size, width)
        self.blocks = nn.ModuleList(Block(width, kind) for _ in range(layers))
        self.norm = nn.RMSNorm(width)
        self.read_out = nn.Linear(width, vocab_size)
        self.width = width

    def start(self, rows: int) -> Any:
        zeros = torch.zeros(rows, self.width)
        return [(torch.zeros(3, rows, self.width), zeros) for _ in self.blocks]

    def summed_loss(
        self, ids_TB: Tensor, targets_TB: Tensor, state: Any, drop: float
    ) -> tuple[Tensor, Any]:
        x, after = self.embed(ids_TB), []
        for block, memory in zip(self.blocks, state, strict=True):
            x, new = block(x, memory)
            after.append(new)
        x = _locked(self.norm(x), drop if self.training else 0.0)
        weight, bias = self.read_out.weight, self.read_out.bias
        return summed_cross_entropy(x.flatten(0, 1), weight, bias, targets_TB.flatten()), after

    def named(self) -> Mapping[str, nn.Parameter]:
        """Return the parameters, named so that the optimizer assigns the block matrices to Muon."""
        return {
            f"{name}.weight_hh"
            if "blocks" in name and name.endswith("weight") and w.dim() == 2
            else name: w
            for name, w in self.named_parameters()
        }


class Reference(nn.Module):
    """The package's own network with the interface of `Stack`."""

    def __init__(self, vocab_size: int, width: int, layers: int) -> None:
        super().__init__()
        self.net = CharRNN(
            ModelConfig(
                vocab_size=vocab_size, hidden_size=width, num_layers=layers, embedding_size=64
            )
        )

    def start(self, rows: int) -> Any:
        return self.net.start(rows)

    def summed_loss(
        self, ids_TB: Tensor, targets_TB: Tensor, state: Any, drop: float
    ) -> tuple[Tensor, Any]:
        x, after = self.net.read(ids_TB, state)
        x = _locked(x, drop if self.training else 0.0)
        loss = summed_cross_entropy(x.flatten(0, 1), *self.net.output(), targets_TB.flatten())
        return loss, tuple(part.detach() for part in after)

    def named(self) -> Mapping[str, nn.Parameter]:
        return self.net.named_weights()


def _locked(x_TBD: Tensor, drop: float) -> Tensor:
    """Apply dropout with one mask for all time steps."""
    if not drop:
        return x_TBD
    mask = torch.empty(x_TBD.shape[1:], dtype=x_TBD.dtype).bernoulli_(1 - drop) / (1 - drop)
    return x_TBD * mask


def forgotten(state: Any, keep_B: Tensor) -> Any:
    """Return the state with some rows reset to zero; rows are the second-last axis of every
    tensor."""
    if isinstance(state, Tensor):
        return state * keep_B[:, None].to(state)
    return type(state)(forgotten(part, keep_B) for part in state)


def train(args: argparse.Namespace, cell: str, width: int, layers: int) -> dict[str, Any]:
    """Train once and return the results."""
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    dataset = open_dataset([args.text])
    size = len(dataset.vocab)
    make = (
        (lambda: Reference(size, width, layers))
        if cell == "lstm"
        else (lambda: Stack(size, width, layers, cell))
    )
    network, average = make(), make().requires_grad_(False)
    average.load_state_dict(network.state_dict())
    config = TrainConfig(
        minutes=args.minutes,
        batch_size=args.batch,
        seq_length=args.length,
        learning_rate=args.rate,
        muon_rate=args.muon_rate,
        precision="bfloat16" if fast_bfloat16() else "float32",
    )
    optimizer = Optimizer(network.named(), 4 if cell == "lstm" else 1, config)
    batches = StreamBatches(dataset.stream(TRAIN), config, slice(None))
    state, steps, began = network.start(args.batch), 0, time.process_time()
    while (share := (time.process_time() - began) / (60 * args.minutes)) < 1:
        batch = batches.next()
        state = forgotten(state, torch.rand(args.batch) >= config.reset)
        with arithmetic(config):
            loss, state = network.summed_loss(batch.ids_TB, batch.targets_TB, state, args.dropout)
        torch.autograd.backward(loss / batch.counted)
        nn.utils.clip_grad_norm_(network.parameters(), config.clip)
        optimizer.step(rate_at(share, config))
        steps += 1
        pull = 1 / max(1.0, 0.05 * steps)
        torch._foreach_lerp_(
            list(average.parameters()), [w.detach() for w in network.parameters()], pull
        )
    return {
        "cell": cell,
        "width": width,
        "layers": layers,
        "parameters": sum(w.numel() for w in network.parameters()),
        "minutes": args.minutes,
        "chars_per_s": round(batches.epochs * dataset.size(TRAIN) / (60 * args.minutes)),
        "epochs": round(batches.epochs, 2),
        "A": round(windows_loss(average, dataset), 4),
        "peak_gflops": round(peak_flops(torch.device("cpu")) / 1e9),
    }


@torch.no_grad()
def windows_loss(network: nn.Module, dataset: Any) -> float:
    """Return the loss by protocol A: windows of 256 characters, each from a zero state."""
    network.eval()
    text = torch.from_numpy(dataset.stream(VALIDATION).astype("int64"))
    count = (len(text) - 1) // WINDOW
    ids_TB = text[: count * WINDOW].view(count, WINDOW).T.contiguous()
    targets_TB = text[1 : count * WINDOW + 1].view(count, WINDOW).T.contiguous()
    loss, _ = network.summed_loss(ids_TB, targets_TB, network.start(count), 0.0)  # type: ignore[operator]
    return float(loss) / targets_TB.numel()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("text")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--cells", nargs="+", default=["lstm:384:1", "rglru:256:2", "mingru:256:2"])
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--muon-rate", type=float, default=0.02)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--length", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    for spec in args.cells:
        cell, width, layers = spec.split(":")
        print(json.dumps(train(args, cell, int(width), int(layers))), flush=True)


if __name__ == "__main__":
    main()
