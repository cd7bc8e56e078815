"""`charbard` without its start-up time, for tests that call it dozens of times.

A server process imports everything and listens. `installed` writes a small `charbard` program. For
each call of the program, a fork of the server runs the real `main` with the caller's folder,
environment and standard streams. The caller passes SIGINT and SIGTERM on to the fork; if the caller
is killed, the fork is killed, too.
"""

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

_CALLER = """#!{python} -SE
import json, os, signal, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
socket.send_fds(server, [b"."], [0, 1, 2])
server.sendall(json.dumps([os.getcwd(), sys.argv[1:], dict(os.environ)]).encode() + b"\\n")
answers = server.makefile()
process = int(answers.readline())
passed_on = []
def pass_on(number, frame):
    passed_on.append(number)
    os.kill(process, number)
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, pass_on)
code = answers.readline()
if passed_on and not code:
    signal.signal(passed_on[-1], signal.SIG_DFL)
    os.kill(os.getpid(), passed_on[-1])
sys.exit(int(code or 70))
"""


@contextmanager
def installed(folder: Path, env: Mapping[str, str]) -> Iterator[Path]:
    """Yield a folder with a `charbard` program that works until the context ends."""
    address = folder / "socket"
    program = folder / "bin" / "charbard"
    program.parent.mkdir()
    program.write_text(_CALLER.format(python=sys.executable, address=str(address)))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    server = subprocess.Popen(
        [sys.executable, __file__, str(address)], env=dict(env), stdout=subprocess.PIPE
    )
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"
    try:
        yield program.parent
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def _serve(address: str) -> None:
    _warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    os.write(1, b"ready\n")
    while True:
        caller, _ = listener.accept()
        if os.fork() == 0:
            _answer(caller)
        caller.close()


def _warm_up() -> None:
    """Import everything, draw a figure, and time a small matrix product for `peak_flops`."""
    import gc
    import io

    import opencc  # noqa: F401
    import torch._dynamo  # DistributedDataParallel imports it
    from matplotlib.figure import Figure

    import charbard.cli.app
    import charbard.report.perplexity
    import charbard.train.dynamic
    import charbard.train.start
    import charbard.writer  # noqa: F401
    from charbard.train import hardware

    Figure().add_subplot().figure.savefig(io.StringIO(), format="svg")
    hardware._SIZE = 256
    hardware.peak_flops(torch.device("cpu"))
    gc.freeze()  # a child that collects garbage would copy all of this memory


def _answer(caller: socket.socket) -> None:
    import json
    import traceback

    from charbard.cli.app import main

    _, files, _, _ = socket.recv_fds(caller, 1, 3)
    folder, arguments, environment = json.loads(caller.makefile().readline())
    caller.sendall(f"{os.getpid()}\n".encode())
    Thread(target=_die_with, args=(caller,), daemon=True).start()
    for target, source in enumerate(files):
        os.dup2(source, target)
        os.close(source)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, closefd=False, encoding="utf-8")  # noqa: SIM115
        for number, mode in enumerate(("r", "w", "w"))
    )
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["charbard", *arguments]
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    caller.sendall(f"{code}\n".encode())
    os._exit(code)


def _die_with(caller: socket.socket) -> None:
    """Kill this process when the caller's end of the socket closes."""
    caller.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    _serve(sys.argv[1])
