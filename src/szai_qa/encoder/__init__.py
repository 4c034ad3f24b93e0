"""The multilingual-e5-small encoder that the embedder and the reader share.

`encoder_folder()` (in `cache`) is the one way in: it returns a folder that sentence-transformers and
transformers load. Nothing here imports torch at module level.
"""
