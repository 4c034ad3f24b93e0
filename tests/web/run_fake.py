"""Serves the page with the fake assistant, to look at: python tests/web/run_fake.py [PORT]."""

import sys
import time

from fakes import FakeAssistant

from szai_qa.interfaces.web.app import serve


def load() -> FakeAssistant:
    """Load as slowly as told."""
    time.sleep(float(sys.argv[2]) if len(sys.argv) > 2 else 0)
    return FakeAssistant()


if __name__ == "__main__":
    serve(load, "127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 7861, on_ready=print)
