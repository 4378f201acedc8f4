"""Signalling: legs, calls, registrations, trunks. SIP in, decisions out; no audio."""
