"""The desk: the pages behind the login, for those who judge answers. Plain HTML made on the server, no Gradio.

Every page shows itself whole at its own address; the script only saves reloading it.
"""
