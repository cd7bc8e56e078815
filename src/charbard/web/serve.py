"""Run the app on uvicorn, with a graceful stop in which every stream gets its last line."""

import errno
import gc
import logging
import socket
import sys
import webbrowser
from asyncio import create_task, sleep

import uvicorn
from fastapi import FastAPI

from charbard.config import StudioConfig
from charbard.errors import OptionError
from charbard.studio.studio import Studio

__all__ = ["StudioServer", "run", "server_for"]


class StudioServer(uvicorn.Server):
    """A server that lets streams end before it closes connections."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wait a moment for running streams, then tell them to end, then close."""
        app = self.config.app
        assert isinstance(app, FastAPI)
        studio: Studio = app.state.studio
        for server in self.servers:
            server.close()
        closing = None if studio.workshop is None else create_task(studio.workshop.close())
        for _ in range(int(studio.config.grace_s * 20)):
            if not studio.slots.active or self.force_exit:
                break
            await sleep(0.05)
        if closing is not None and not self.force_exit:
            await closing
        studio.stop()
        await super().shutdown(sockets)


def run(app: FastAPI, config: StudioConfig, *, open_browser: bool, log: bool) -> None:
    """Serve until interrupted.

    Raises:
        OptionError: The address cannot be bound.
    """
    listener = _bound(config)
    _log_to_stderr(log)
    address = f"http://{_shown(config.host)}:{listener.getsockname()[1]}{config.prefix}/"
    sys.stderr.write(f"the studio is open at {address}\n")
    if open_browser:
        webbrowser.open(address)
    # The models live as long as the process. Full garbage collections would scan them again and
    # again, pausing all requests for 0.1 to 0.3 s with the shipped models.
    gc.collect()
    gc.freeze()
    try:
        server_for(app).run([listener])
    finally:
        studio: Studio = app.state.studio
        if studio.workshop is not None:
            studio.workshop.release()


def server_for(app: FastAPI) -> StudioServer:
    """Return a server that is not running yet."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=30,
        backlog=1024,
    )
    return StudioServer(config)


def _bound(config: StudioConfig) -> socket.socket:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((config.host, config.port))
    except OSError as error:
        listener.close()
        free = min(65_535, max(1023, config.port) + 1)  # ports below 1024 are privileged
        raise OptionError(
            f"cannot listen on {config.host}:{config.port}: {error.strerror or error}",
            code="serve.port",
            values={"host": config.host, "port": config.port, "why": error.strerror or str(error)},
            hint=f"choose another port: ⟪port={free}⟫"
            if error.errno in (errno.EADDRINUSE, errno.EACCES)
            else "give an address of this machine: ⟪host=127.0.0.1⟫, or 0.0.0.0 for all it has",
        ) from None
    listener.setblocking(False)
    return listener


def _shown(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _log_to_stderr(log: bool) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    for name, level in (
        ("charbard.access", logging.INFO if log else logging.WARNING),
        ("charbard.web", logging.INFO),
        ("uvicorn.error", logging.WARNING),
    ):
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.addHandler(handler)
        logger.propagate = False
