"""Training: from a dataset to a bundle. The only part that needs torch."""
