"""From a failing program to its cause: runs it in confinement, ranks the lines, and searches for the smallest
change that was seen to work. Nothing here is asked for by a keystroke."""
