"""Accounts of those who work behind the chat: names, roles, passwords, sessions. The public chat needs none.

It knows no page and no request: who may open which path is told by `interfaces.web.policy`.
"""
