"""Accounts: people and programs, how they prove who they are, and what their role lets them do."""
