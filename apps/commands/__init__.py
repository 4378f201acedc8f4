"""The command line's commands, one file for each group. All but a few are clients of the socket API."""
