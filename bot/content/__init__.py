"""Content as administrators change it: checked, versioned, with history, and found again.

The files under data/ say what the assistant answers; they are the truth, also for an editor in a terminal. Redis keeps
what is about a change and not the content itself (history, figures that wait for a second person, uploads between
rehearsal and import), so that every gateway sees the same and a figure nobody confirmed is in no file the assistant
reads. Imports neither Rasa nor aiohttp.
"""
