"""What a client may send, and what it gets: closed schemas, from which the OpenAPI document is made."""
