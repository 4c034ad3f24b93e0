"""Starts the web application: python app.py [--host H] [--port P]."""

import sys

from szai_qa.interfaces.cli import main

main(["serve", *sys.argv[1:]])
