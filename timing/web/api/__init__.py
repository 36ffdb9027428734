"""The API: /api/v1, described by OpenAPI, with errors as problem+json."""
