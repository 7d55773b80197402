"""What this machine asks of a gateway, if its owner has named one. `gateway.py` is the connection."""
