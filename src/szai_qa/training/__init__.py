"""Trains the reader: `python -m szai_qa.training`."""
