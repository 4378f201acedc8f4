"""Call distribution: callers, agents, queues. Pure: no asyncio, no SIP, no SQL."""
