"""Find what a text shares with the corpus of verse: whole lines, and spans with their sources.

Knows nothing of models or forms.
"""
