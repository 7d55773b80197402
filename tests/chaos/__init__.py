"""Faults under steady typing. A package in name, so that benchmarks/chaos.py is not taken for it."""
