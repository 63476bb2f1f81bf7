"""How people come in: the first owner, invitations, sign-up, and the set-up they lead to."""
