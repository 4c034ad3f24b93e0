"""The index: sentence and passage vectors, the lexical index, and the manifest that vouches for them."""
