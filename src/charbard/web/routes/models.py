"""The loaded models and the server's limits."""

from typing import Any

from fastapi import APIRouter

from charbard.config import StudioConfig
from charbard.studio.library import ServedModel
from charbard.studio.studio import Studio
from charbard.web.routes.jobs import workshop_limits
from charbard.web.state import Here

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["models"])


@router.get("/models")
async def models(studio: Here) -> dict[str, Any]:
    """Every loaded model, and the limits of this server."""
    return {
        "models": [_about(opened) for opened in studio.library],
        "limits": _limits(studio.config) | _of_workshop(studio),
        "features": _features(studio),
    }


@router.get("/models/{name}")
async def model(name: str, studio: Here) -> dict[str, Any]:
    """One model, with what it was trained on and how."""
    opened = studio.library.find(name)
    return _about(opened) | {"provenance": dict(opened.bundle.provenance)}


def _about(opened: ServedModel) -> dict[str, Any]:
    bundle, config = opened.bundle, opened.bundle.config
    return {
        "name": opened.name,
        "kinds": [opened.kind],
        "digest": bundle.digest,
        "cell": config.cell,
        "num_layers": config.num_layers,
        "hidden_size": config.hidden_size,
        "weights": config.num_parameters,
        "characters": len(bundle.vocab.chars),
        "fields": list(bundle.vocab.fields),
        "has_records": bundle.has_records,
        "scores": dict(bundle.scores),
        "script": opened.script,
        "snapshots": len(opened.snapshots()),
    }


def _features(studio: Studio) -> dict[str, bool]:
    """Return the features that the page can offer on this server."""
    writes_verse = any(opened.writes_verse for opened in studio.library)
    return {
        "check": True,
        "verse": writes_verse,
        "couplet": writes_verse,
        "desk": writes_verse,
        "names": writes_verse or any(opened.writes_names for opened in studio.library),
        "insight": True,
        "novelty": True,
        "show": True,
        "workshop": studio.workshop is not None,
    }


def _of_workshop(studio: Studio) -> dict[str, Any]:
    return {} if studio.workshop is None else {"workshop": workshop_limits(studio.workshop)}


def _limits(config: StudioConfig) -> dict[str, Any]:
    return {
        "body_bytes": config.max_body,
        "length": config.max_length,
        "samples": config.max_samples,
        "streams": config.streams,
        "queue": config.queue,
        "requests_per_s": config.rate,
        "burst": config.burst,
    }
