"""The trained reader: finds the span of a passage that answers a question, and how sure it is."""
