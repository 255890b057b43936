"""Exact sums about loans: amounts in yuan as Decimal, terms in months, yearly rates in per cent. Knows no dialogue."""
