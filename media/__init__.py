"""Audio: RTP, mixing, playing, recording, speech."""
