"""The dialplan as a picture: cards of scripts, joined by where their steps lead. Plain SVG, made here."""
