"""From an article file to sentences and passages, all as offsets into the stored text."""
