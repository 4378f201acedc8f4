"""The hotline studio: an expert on air, a host who screens, callers who asked to speak, any number of listeners.

show.py says who is what and who hears whom, live.py does it with real calls, keys.py reads the phones' keys, tape.py
keeps what is on air.
"""
