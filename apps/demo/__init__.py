"""`zongji demo`: one real call through the whole house, told as a story that can be checked.

Three PJSUA2 phones in processes of their own, a switch of its own on free ports in a temporary site (or the one that
runs), and nothing believed that was not heard or read back.
"""

from __future__ import annotations

from apps.demo.play import demo, main

__all__ = ["demo", "main"]
