"""A call without a telephone: the real runner, on a call port under a virtual clock."""
