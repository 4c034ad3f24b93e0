"""From a question to an answer: retrieve, read, decide, compose."""
