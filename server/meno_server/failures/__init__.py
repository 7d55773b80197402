"""The analysis of failures as the faces use it: a process of its own for each analysis, and its messages."""
