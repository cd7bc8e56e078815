"""What the studio serves: loaded models, turns and limits, trainings as jobs. Knows no HTTP."""
