"""The conversation in which a worker tries out a release before it takes traffic: nobody is served, nothing is learnt."""
from __future__ import annotations

TRIAL = "probe"
