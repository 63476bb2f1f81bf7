"""How people come in: the first owner, invitations, sign-up, and the set-up they lead to."""

from sparekey.flows._links import Purpose

__all__ = ["Purpose"]
