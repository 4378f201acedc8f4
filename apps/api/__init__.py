"""The local socket API: protocol, server, client."""
