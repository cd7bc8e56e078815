"""Verse: from an order to poems that keep their form."""
