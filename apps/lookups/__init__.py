"""What scripts ask of the world outside: servers over HTTP, databases, the site's own code. Nothing blocks a call."""
