"""Build → validate → train → evaluate → publish → roll back."""
