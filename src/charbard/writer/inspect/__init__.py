"""Inspection of given texts: log-probabilities, alternatives, and what single units track."""
