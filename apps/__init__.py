"""The only place that sees every hall: features, books, interfaces and the process."""
