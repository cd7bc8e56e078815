"""The studio without its HTTP layer: loaded models, slots and limits, training jobs."""
