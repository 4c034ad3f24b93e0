"""szai-qa: question answering over Chinese news, in the article's own words only."""

__version__ = "0.1.0"
