"""Puts the desk's pages into the web application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from szai_qa.interfaces.web.desk.http import serve_part
from szai_qa.interfaces.web.desk.insight import Insight
from szai_qa.interfaces.web.desk.login import Login
from szai_qa.interfaces.web.desk.office import Office
from szai_qa.interfaces.web.desk.review import Review

if TYPE_CHECKING:
    from fastapi import FastAPI


def add_desk(app: FastAPI, office: Office) -> None:
    """Add the desk's routes; before the chat, which takes all that is left."""
    app.router.routes.append(Route("/parts/{name}", serve_part, methods=["GET"]))
    for endpoints in (Login(office), Review(office), Insight(office)):
        app.router.routes.extend(endpoints.routes())
