"""Dialplan and menus: YAML, checked into a plan, run as a script for one call."""
