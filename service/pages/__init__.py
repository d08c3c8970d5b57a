"""The pages that people work in, rendered on the server."""
