"""Tests of the journal; a package, so that its conftest does not hide the one above."""
