"""Voicemail boxes: an extension's messages, its greetings, and the talk in which its owner hears them.

Deliberately absent: taking a message (apps/voicemail.py).
"""
