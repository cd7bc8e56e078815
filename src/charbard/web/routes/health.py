"""Health, readiness and metrics."""

from fastapi import APIRouter, Response

from charbard.web.answers import errors_at
from charbard.web.state import Here

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["operation"])


@router.get("/health")
async def health() -> dict[str, str]:
    """The process is running."""
    return {"status": "ok"}


@router.get("/ready", responses=errors_at("/api", 404, 503))
async def ready(studio: Here) -> dict[str, object]:
    """The server has a model and is not stopping; 404 or 503 otherwise."""
    studio.check_running()
    studio.library.find(None)
    return {"status": "ready", "models": len(studio.library)}


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}, **errors_at("/api", 401, 429)},
)
async def metrics(studio: Here) -> Response:
    """Counters in Prometheus' text format."""
    return Response(studio.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
