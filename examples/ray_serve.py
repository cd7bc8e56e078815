"""The studio as a Ray Serve application: as many replicas as the requests of the moment need.

    pip install "charbard[ray]"
    python3 examples/ray_serve.py

A replica is the whole studio: page, API and an engine of its own. Replicas share nothing, so one
that dies takes only the poems with it that it was writing.
"""

from fastapi import FastAPI
from ray import serve

from charbard.bundle import shipped_bundles
from charbard.config import StudioConfig
from charbard.web import Library, create_app

STREAMS = 64
"""Requests that a replica writes at once; as many again may wait in it."""


def studio() -> FastAPI:
    """The app of one replica. The rate of one client is the balancer's affair: a replica sees
    only its own share."""
    bundles = shipped_bundles()
    library = Library.open([bundles.pop("verse"), *bundles.values()])
    for opened in library:
        opened.warm()
    return create_app(library, StudioConfig(rate=None, streams=STREAMS, queue=STREAMS))


@serve.deployment(
    max_ongoing_requests=2 * STREAMS,
    autoscaling_config={
        "min_replicas": 2,
        "max_replicas": 8,
        "target_ongoing_requests": STREAMS // 2,
    },
    ray_actor_options={"num_cpus": 1},
    graceful_shutdown_timeout_s=10,
)
@serve.ingress(studio)
class Replica:
    """What Ray starts, watches and stops."""


app = Replica.bind()  # type: ignore[attr-defined]

if __name__ == "__main__":
    serve.run(app, blocking=True)
