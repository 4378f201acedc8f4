"""`python -m apps.demo`."""

from __future__ import annotations

from apps.demo.play import main

if __name__ == "__main__":
    main()
