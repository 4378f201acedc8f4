"""Conference rooms: who is in them, what their keys do, and what is kept of them."""
