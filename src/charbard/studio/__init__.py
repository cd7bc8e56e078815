"""What the studio serves: loaded models, slots and limits, training jobs. Does not know HTTP."""
