"""湘西公积金柜台助手: the housing-fund counter assistant."""
