"""The soft phone: a PJSUA2 user agent in its own process, and the ears that judge what it heard."""
