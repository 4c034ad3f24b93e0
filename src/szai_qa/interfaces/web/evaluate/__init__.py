"""The page on which evaluators run test sets, read and compare reports, and set the risk dial.

Plain pages rendered on the server, a small JSON interface and one script. Who may open them is told by `policy`.
"""
