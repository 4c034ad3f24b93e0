"""Reads test sets in the formats that docs/evaluation.md describes. Nothing here looks at an article or an answer."""
