"""The description of the data interface, readable: made from the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from timing.pages.frame import Frame

Node: TypeAlias = Mapping[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A parameter, or a property of a document."""

    name: str
    kind: str
    is_required: bool
    text: str
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response: its status, what it is, the document it carries."""

    status: str
    text: str
    schema: str
    schema_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path. ``needs_token`` where a bearer token is asked for."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    parameters: tuple[Field, ...]
    body: str
    body_id: str
    answers: tuple[Answer, ...]
    needs_token: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A named schema."""

    id: str
    name: str
    text: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPage:
    """The readable page of the interface."""

    template: ClassVar[str] = "api.html"

    frame: Frame
    title: str
    version: str
    text: str
    operations: tuple[Operation, ...]
    documents: tuple[Document, ...]


def api_page(openapi: Node) -> ApiPage:
    """The page of an OpenAPI 3.1 document; parts that it leaves out are left out here."""
    info: Node = openapi.get("info", {})
    title = str(info.get("title", "API"))
    tab_frame = Frame(title=f"{title} · Bivouac", styles=("api",))
    return ApiPage(
        frame=tab_frame,
        title=title,
        version=str(info.get("version", "")),
        text=str(info.get("description", "")),
        operations=tuple(_operations(openapi)),
        documents=tuple(_documents(openapi)),
    )


def _operations(openapi: Node) -> Iterator[Operation]:
    for path, item in openapi.get("paths", {}).items():
        shared: Sequence[Node] = item.get("parameters", ())
        for method in _METHODS:
            operation: Node | None = item.get(method)
            if operation is None:
                continue
            parameters = [
                _resolved(openapi, p) for p in (*shared, *operation.get("parameters", ()))
            ]
            body = _resolved(openapi, operation.get("requestBody", {}))
            body_name, body_id = _content(body)
            yield Operation(
                id=_slug(f"{method}{path}"),
                method=method.upper(),
                path=path,
                summary=str(operation.get("summary", "")),
                text=str(operation.get("description", "")),
                parameters=tuple(_parameter(p) for p in parameters),
                body=body_name,
                body_id=body_id,
                answers=tuple(_answers(openapi, operation)),
                needs_token=bool(operation.get("security", openapi.get("security"))),
            )


def _answers(openapi: Node, operation: Node) -> Iterator[Answer]:
    for status, given in operation.get("responses", {}).items():
        answer = _resolved(openapi, given)
        schema, schema_id = _content(answer)
        yield Answer(
            status=str(status),
            text=str(answer.get("description", "")),
            schema=schema,
            schema_id=schema_id,
        )


def _resolved(openapi: Node, node: Node) -> Node:
    """The node itself, or the component that its ``$ref`` names."""
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return node
    found: Any = openapi
    for part in reference.removeprefix("#/").split("/"):
        found = found.get(part, {})
    return found if isinstance(found, Mapping) else {}


def _content(node: Node) -> tuple[str, str]:
    """What kind of document a body or response carries, and the id of its description."""
    for media in node.get("content", {}).values():
        schema: Node = media.get("schema", {})
        return _kind(schema), _reference_id(schema)
    return "", ""


def _reference_id(schema: Node) -> str:
    reference = schema.get("$ref") or schema.get("items", {}).get("$ref", "")
    return _slug("document-" + reference.rpartition("/")[2]) if reference else ""


def _kind(schema: Node) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    kind = schema.get("type", "")
    if isinstance(kind, Sequence) and not isinstance(kind, str):
        return " or ".join(str(each) for each in kind)
    if kind == "array":
        return f"list of {_kind(schema.get('items', {})) or 'anything'}"
    if "enum" in schema:
        return "one of " + ", ".join(str(each) for each in schema["enum"])
    choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if choices:
        return " or ".join(_kind(each) for each in choices)
    form = schema.get("format")
    return f"{kind} ({form})" if form else str(kind or "anything")


def _parameter(parameter: Node) -> Field:
    schema: Node = parameter.get("schema", {})
    return Field(
        name=str(parameter.get("name", "")),
        kind=_kind(schema),
        is_required=bool(parameter.get("required")),
        text=str(parameter.get("description", schema.get("description", ""))),
        where=str(parameter.get("in", "")),
    )


def _documents(openapi: Node) -> Iterator[Document]:
    schemas: Node = openapi.get("components", {}).get("schemas", {})
    for name, schema in schemas.items():
        required = set(schema.get("required", ()))
        yield Document(
            id=_slug(f"document-{name}"),
            name=name,
            text=str(schema.get("description", "")),
            fields=tuple(
                Field(
                    name=field,
                    kind=_kind(each),
                    is_required=field in required,
                    text=str(each.get("description", "")),
                )
                for field, each in schema.get("properties", {}).items()
            ),
        )


def _slug(text: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in text.casefold()).strip("-")
