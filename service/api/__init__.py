"""The HTTP interface under /v1, with health and metrics beside it."""
