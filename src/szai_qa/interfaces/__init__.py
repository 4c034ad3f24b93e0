"""The ways in: command line, web page."""
