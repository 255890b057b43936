"""Benchmarks of the shipped system beside the stock Rasa part, in one run on one machine, as ratios."""
