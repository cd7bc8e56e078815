"""Distributed training: the rank of this process, and communication between processes.

`torchrun` starts the processes and sets their environment. The processes communicate by gloo
between CPUs and by NCCL between GPUs. Each process owns its rows of the batch and their state.
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
"""Timeout of communication: rank 0 may encode a large text while the other ranks wait."""


@dataclass(frozen=True)
class Ranks:
    """Rank of this process and number of processes, in all and on this machine."""

    rank: int = 0
    world: int = 1
    local_rank: int = 0
    local_world: int = 1

    @property
    def first(self) -> bool:
        """Whether this process writes the files and the output."""
        return self.rank == 0

    @property
    def rows(self) -> slice:
        """This process's rows of the global batch."""
        # Interleaved, because records in a batch are sorted by length: with contiguous blocks, one
        # process would have most of the targets, and so most of the output layer's work.
        return slice(self.rank, None, self.world)

    @property
    def restarted(self) -> bool:
        """Whether torchrun restarted the processes because a process died."""
        return _restarts() > 0

    def wrap(self, network: nn.Module) -> nn.Module:
        """Return the network wrapped so that gradients are averaged over the processes."""
        return DistributedDataParallel(network) if self.world > 1 else network

    def agreed(self, *values: float) -> tuple[float, ...]:
        """Return the values of rank 0 on every rank."""
        if self.world == 1:
            return values
        box = torch.tensor(values, dtype=torch.float64)
        dist.broadcast(box, 0)
        return tuple(box.tolist())

    def wait(self) -> None:
        """Wait until every process has called this method."""
        if self.world > 1:
            dist.barrier()

    def gathered_rows(self, rows: Tensor, dim: int) -> Tensor:
        """Gather the rows of all processes, in the order of the global batch."""
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
    """Return the number of times that torchrun has restarted the processes."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))


@contextmanager
def ranks(threads: int | None = None) -> Iterator[Ranks]:
    """Join the process group that torchrun started, if any, and leave it at the end.

    torchrun sets OMP_NUM_THREADS to 1 if it starts several processes; this function gives each
    process an equal share of the machine's cores instead. A single process obeys OMP_NUM_THREADS.

    Args:
        threads: Number of threads; None chooses it as described above.

    Raises:
        OptionError: The machine has fewer cores than `threads`.
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
    """Set the number of threads, and flush denormals to zero, because their arithmetic is slow."""
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
    # After a restart torchrun's store still has the addresses of the dead processes.
    store = PrefixStore(f"start{_restarts()}", store)
    dist.init_process_group(backend, store=store, rank=rank, world_size=world, timeout=_PATIENCE)
    try:
        yield Ranks(rank, world, int(os.environ.get("LOCAL_RANK", "0")), local_world)
        _meet(store, "done", rank, range(world))
    finally:
        dist.destroy_process_group()
    # Rank 0 may host the store, so rank 0 leaves last.
    _meet(store, "gone", rank, range(world) if rank == 0 else ())


def _meet(store: Store, where: str, rank: int, others: Iterable[int]) -> None:
    """Announce this process and wait for other ranks, using only the store.

    A process that leaves early resets its connections, and messages that other processes have not
    read yet are lost. `dist.barrier` cannot prevent that: a barrier is itself a last message, and
    the thread that delivers it needs the GIL, which `destroy_process_group` holds while it waits
    for that thread.
    """
    store.set(f"{where}{rank}", "")
    if keys := [f"{where}{other}" for other in others]:
        store.wait(keys, _PATIENCE)
