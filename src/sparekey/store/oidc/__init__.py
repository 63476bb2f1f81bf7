"""Rows of apps that sign people in here: clients, what people gave them, their tokens, and this server's keys."""
