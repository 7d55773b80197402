"""How good the bug model is, measured by the exported graph: on held-out mutants (`mutants`) and on bugs of
real people (`programs`, read by `records`), with baselines and bootstrap intervals (`bootstrap`)."""
