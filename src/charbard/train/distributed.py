"""One process or many: who am I, and the few things that the processes tell each other.

`torchrun` starts the processes and sets their environment; gloo carries the messages between
processors, NCCL between graphics cards. Each process owns its own rows and their state.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.distributed_c10d import PrefixStore, Store
from torch.distributed.rendezvous import rendezvous
from torch.nn.parallel import DistributedDataParallel

from charbard.cores import check_threads, cores

__all__ = ["Ranks", "ranks"]

_PATIENCE = timedelta(hours=1)
"""Rank 0 encodes a large text while the others wait."""


@dataclass(frozen=True)
class Ranks:
    """This process among all."""

    rank: int = 0
    world: int = 1
    local_rank: int = 0
    local_world: int = 1

    @property
    def first(self) -> bool:
        """Whether this process writes the files and speaks to the user."""
        return self.rank == 0

    @property
    def rows(self) -> slice:
        """The rows of a batch that are this process's."""
        return slice(self.rank, None, self.world)

    @property
    def restarted(self) -> bool:
        """Whether torchrun started this process again after one had died."""
        return _restarts() > 0

    def wrap(self, network: nn.Module) -> nn.Module:
        """Let gradients be averaged over the processes."""
        return DistributedDataParallel(network) if self.world > 1 else network

    def agreed(self, *values: float) -> tuple[float, ...]:
        """Rank 0's values, on every rank."""
        if self.world == 1:
            return values
        box = torch.tensor(values, dtype=torch.float64)
        dist.broadcast(box, 0)
        return tuple(box.tolist())

    def wait(self) -> None:
        """Until every process has come here."""
        if self.world > 1:
            dist.barrier()

    def gathered_rows(self, rows: Tensor, dim: int) -> Tensor:
        """The rows of all processes, in the order of the global batch."""
        if self.world == 1:
            return rows
        parts: list[Tensor | None] = [None] * self.world
        dist.all_gather_object(parts, rows.contiguous())
        kept = [part for part in parts if part is not None]
        shape = list(rows.shape)
        shape[dim] = sum(part.shape[dim] for part in kept)
        merged = rows.new_zeros(shape)
        for rank, part in enumerate(kept):
            place = [slice(None)] * len(shape)
            place[dim] = slice(rank, None, self.world)
            merged[tuple(place)] = part
        return merged


def _restarts() -> int:
    """How often torchrun has started the processes again."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))


@contextmanager
def ranks(threads: int | None = None) -> Iterator[Ranks]:
    """Join the processes that torchrun started, if it did; leave them at the end.

    torchrun sets OMP_NUM_THREADS to 1 when it starts more than one process; here each gets its
    share of the machine's cores. Alone, a process does as OMP_NUM_THREADS says.

    Args:
        threads: Cores to use; None leaves it to the above.

    Raises:
        OptionError: There are not so many cores.
    """
    check_threads(threads)
    world = int(os.environ.get("WORLD_SIZE", "1"))
    local_world = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    with _processor(threads or _threads(local_world)):
        if world == 1:
            yield Ranks()
        else:
            with _joined(local_world) as here:
                yield here


def _threads(local_world: int) -> int:
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if local_world == 1 and asked.isdecimal() and int(asked):
        return min(int(asked), cores())
    return max(1, cores() // local_world)


@contextmanager
def _processor(threads: int) -> Iterator[None]:
    """Set threads, and take numbers too small to matter for zero: they are many times slower."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(before)


@contextmanager
def _joined(local_world: int) -> Iterator[Ranks]:
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    store, rank, world = next(rendezvous("env://", timeout=_PATIENCE))
    # After a restart torchrun's store still holds where the dead processes listened.
    store = PrefixStore(f"start{_restarts()}", store)
    dist.init_process_group(backend, store=store, rank=rank, world_size=world, timeout=_PATIENCE)
    try:
        yield Ranks(rank, world, int(os.environ.get("LOCAL_RANK", "0")), local_world)
        _meet(store, "done", rank, range(world))
    finally:
        dist.destroy_process_group()
    # The first one may be the store: it goes last.
    _meet(store, "gone", rank, range(world) if rank == 0 else ())


def _meet(store: Store, where: str, rank: int, others: Iterable[int]) -> None:
    """Say that this process is here, and wait for others, through the store alone.

    One that leaves early resets its connections, and what the others have not read yet is lost. A
    barrier would not do: it is a last message itself, and the thread that delivers it needs the
    interpreter's lock, which whoever ends the group holds while he waits for that thread.
    """
    store.set(f"{where}{rank}", "")
    if keys := [f"{where}{other}" for other in others]:
        store.wait(keys, _PATIENCE)
