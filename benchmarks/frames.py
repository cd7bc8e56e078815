"""Count the stack frames that a line of verse passes through, from the kernel's draw to the page.

    python benchmarks/frames.py [MODEL]

A request is streamed. Stacks are recorded when the kernel draws a character, when the line is
complete, and when the response is about to be sent. The last record includes the generators that
the response awaits.
"""

import argparse
import gc
import inspect
import sys
import traceback
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

import charbard
from charbard.config import StudioConfig
from charbard.runtime import compiled, decoder
from charbard.web import Library, create_app, flow

ROOT = Path(charbard.__file__).parent
Frame = tuple[str, str]
CONTEXTS = ("one", "_lifespan")
"""Names of generators that serve only as context managers, so that no data passes through them."""


def stack() -> list[Frame]:
    """Return this package's frames on the current thread's stack, outermost first."""
    found = []
    for frame, _ in traceback.walk_stack(sys._getframe(1)):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT):
            found.append((str(path.relative_to(ROOT)), frame.f_code.co_name))
    return found[::-1]


def awaited() -> list[Frame]:
    """Return the asynchronous generators between the engine and the response."""
    found = dict[Frame, None]()
    for held in gc.get_objects():
        if inspect.isasyncgen(held) and held.ag_frame is not None:
            path = Path(held.ag_code.co_filename)
            if path.is_relative_to(ROOT) and held.ag_code.co_name not in CONTEXTS:
                found[str(path.relative_to(ROOT)), held.ag_code.co_name] = None
    return list(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", type=Path, default=Path("verse"))
    options = parser.parse_args()
    seen: dict[str, list[Frame]] = {}
    kernel, segment = getattr(compiled, "_kernel"), getattr(decoder, "Segment")  # noqa: B009
    encode = flow.encode_line

    class Drawing:
        """A kernel that records its callers."""

        def __getattr__(self, name: str) -> Any:
            return getattr(kernel, name)

        def choose(self, *given: Any) -> Any:
            seen.setdefault("draw", stack())
            return kernel.choose(*given)

    def noted_segment(*given: Any) -> Any:
        seen.setdefault("line is complete", stack())
        return segment(*given)

    def noted_line(fact: dict[str, Any]) -> bytes:
        if "line" in fact:
            seen.setdefault("line is sent", [*stack(), *awaited()])
        return encode(fact)

    setattr(compiled, "_kernel", Drawing())  # noqa: B010 - mypy takes these names for constants
    setattr(decoder, "Segment", noted_segment)  # noqa: B010
    defaults = flow.Lines.__init__.__kwdefaults__
    assert defaults is not None
    defaults["encode"] = noted_line
    with TestClient(create_app(Library.open([options.model]), StudioConfig())) as client:
        client.post("/api/verse", json={"stream": True}, headers={"host": "127.0.0.1"})
    for name, frames in seen.items():
        print(name)
        for path, function in frames:
            print(f"    {path}: {function}")
    print(f"{len({frame for frames in seen.values() for frame in frames})} frames")


if __name__ == "__main__":
    main()
