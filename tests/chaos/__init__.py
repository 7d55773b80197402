"""Faults under steady typing. A package in name, so that benchmarks/faults.py is not taken for it."""
