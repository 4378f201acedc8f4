"""The hotline studio: an expert on air, a host who screens, callers who asked to speak, any number of listeners.

show.py says who is what and who hears whom, live.py does it with real calls, keys.py reads the phones' keys; what
is on air is kept by room_tape.py.
"""
