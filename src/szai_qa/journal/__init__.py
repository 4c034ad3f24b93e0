"""The journal: every question and answer on record, judged, provable years later.

It keeps what it is handed in a database and never asks, reads, retrieves or shows anything itself.
"""
