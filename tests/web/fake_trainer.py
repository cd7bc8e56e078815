"""A fake `charbard train`: it writes the same files and obeys SIGTERM, but learns nothing.

Usage: fake_trainer.py MODE BUNDLE. MODE `quick` finishes at once, `wait` runs until SIGTERM, and
`fail` exits with an error. BUNDLE is copied as the trained model.
"""

import json
import shutil
import signal
import sys
import time
from pathlib import Path

RUN = Path("run")


def log(event: str, **fields: object) -> None:
    with (RUN / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"event": event, **fields}) + "\n")


def progress(step: int) -> None:
    speed = {"chars_per_s": 1000.0, "seconds_left": 10.0}
    log("progress", step=step, epoch=0.1, fraction=step / 10, loss=4.0 - step / 10, **speed)


def main(mode: str, bundle: str) -> int:
    stop: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: stop.append(number))
    if mode == "fail":
        sys.exit("Error: the loss was not a number\nHint: try another text")
    RUN.mkdir(exist_ok=True)
    done = 3 * len(list(RUN.glob("checkpoint_*")))
    for step in range(done + 1, done + 4):
        progress(step)
    log("validated", step=3, epoch=0.2, loss=3.5, best=True)
    shutil.copy(bundle, RUN / "model.safetensors")
    (RUN / "checkpoint_epoch0.20_3.5000.safetensors").write_bytes(b"")
    told = {"code": "loss.back", "values": {"at": 3, "step": 2}}
    log("notice", message="step 3: the loss was not a number; back to step 2", **told)
    for temperature in (0.5, 1.0):
        log("sampled", step=3, temperature=temperature, text=f"an owl at {temperature}")
    while mode == "wait" and not stop:
        time.sleep(0.02)
    log("finished", complete=not stop, step=3, epoch=0.2, loss=3.5, elapsed_s=1.0, bundle="model")
    return 130 if stop else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
