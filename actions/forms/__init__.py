"""Conversations that gather a few figures and compute something: what to ask, going back, leaving and returning."""
