"""Supervision: listening in, speaking in, taking and moving calls, by star code, command line and API alike.

rights.py says who may do what to whom, acts.py does what is done once, watch.py is a supervisor on the line, room.py
knows them all and books every act.
"""
