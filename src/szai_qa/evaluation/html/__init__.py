"""Writes a run, or a comparison of two, as one HTML file that needs nothing else: no script, font or address outside.

The same run gives the same bytes. Nothing here measures: every figure comes from the report.
"""
