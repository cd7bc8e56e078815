"""Find what a text shares with the corpus of verse: whole lines, and spans with their sources.

This package is independent of models and forms.
"""
