from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import apispec
from flask import Flask
from flask.blueprints import Blueprint as FlaskBlueprint

_F = TypeVar("_F", bound=Callable[..., Any])
_T = TypeVar("_T")

def abort(http_status_code: int, exc: Exception | None = ..., **kwargs: Any) -> NoReturn: ...

class Api:
    spec: apispec.APISpec
    def __init__(self, app: Flask | None = ..., *, spec_kwargs: dict[str, Any] | None = ...) -> None: ...
    def init_app(self, app: Flask, *, spec_kwargs: dict[str, Any] | None = ...) -> None: ...
    def register_blueprint(self, blp: Blueprint, *, parameters: list[Any] | None = ..., **options: Any) -> None: ...

class Page: ...

class Blueprint(FlaskBlueprint):
    def __init__(
        self, name: str, import_name: str, *, description: str = ..., url_prefix: str | None = ..., **kw: Any
    ) -> None: ...
    def route(
        self, rule: str, *, parameters: list[Any] | None = ..., tags: list[str] | None = ..., **options: Any
    ) -> Callable[[_T], _T]: ...
    def arguments(
        self, schema: Any, *, location: str = ..., content_type: str | None = ..., required: bool = ..., **kw: Any
    ) -> Callable[[_F], _F]: ...
    def response(
        self,
        status_code: int | str,
        schema: Any = ...,
        *,
        content_type: str | None = ...,
        description: str | None = ...,
        example: Any = ...,
        examples: Any = ...,
        headers: Any = ...,
    ) -> Callable[[_F], _F]: ...
    def alt_response(
        self,
        status_code: int | str,
        response: str | None = ...,
        *,
        schema: Any = ...,
        description: str | None = ...,
        **kw: Any,
    ) -> Callable[[_F], _F]: ...
    def paginate(
        self,
        pager: type[Page] | None = ...,
        *,
        page: int | None = ...,
        page_size: int | None = ...,
        max_page_size: int | None = ...,
    ) -> Callable[[_F], _F]: ...
    def doc(self, **kwargs: Any) -> Callable[[_F], _F]: ...
    def etag(self, view: _T) -> _T: ...
