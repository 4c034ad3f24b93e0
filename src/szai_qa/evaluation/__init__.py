"""Measures answers against a labelled test set: data sets in, figures with intervals out.

It takes a callable that answers and never knows how: it imports errors and records alone. What passes in is the
answer object in its JSON shape; what comes out are files: `report.json`, `rows.csv`, `rows.jsonl`, `answers.jsonl`
and `run.trec`.
"""
