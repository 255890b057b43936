"""Custom actions: what is said in a turn. They know dialogue and content, nothing of HTTP, Redis or the NLU pipeline."""
