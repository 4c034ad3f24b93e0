"""The public chat: a web page that shows an answer as the article's own words, and where they stand.

It shows what an `Assistant` (see `chat`) answers. It never retrieves, reads or words an answer itself.
"""
