"""The numbered steps that bring a journal's database to this version."""
