"""Runs an app on uvicorn: says where, and stops so that every stream gets its end."""

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
    """Lets streams run out before connections are closed."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Give what is being written a moment, then tell it to end, then close."""
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
        OptionError: The address cannot be taken.
    """
    listener = _bound(config)
    _log_to_stderr(log)
    address = f"http://{_shown(config.host)}:{listener.getsockname()[1]}{config.prefix}/"
    sys.stderr.write(f"the studio is open at {address}\n")
    if open_browser:
        webbrowser.open(address)
    # What is there now stays: a collection that went through it again and again would hold up
    # everybody, for 0.1 to 0.3 s with the shipped models.
    gc.collect()
    gc.freeze()
    try:
        server_for(app).run([listener])
    finally:
        studio: Studio = app.state.studio
        if studio.workshop is not None:
            studio.workshop.let_go()


def server_for(app: FastAPI) -> StudioServer:
    """A server that is not running yet."""
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
        free = min(65_535, max(1023, config.port) + 1)  # below 1024 they are the system's own
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
