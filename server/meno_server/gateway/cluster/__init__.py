"""The gateway on Ray Serve: the same application, its work done by replicas that may be on many machines.

    settings.py      what an operator may choose for a cluster, from `MENO_CLUSTER_…`
    deployments.py   the replicas, and how they are bound together; `build` is for `serve` files
    crossing.py      how an error crosses from a replica
    workers.py       `Workers` by asking replicas, another one where one has died
    starting.py      what `meno serve --cluster` does

Without the `[cluster]` extra only `settings.py` and `starting.py` can be imported, and the latter says in one
sentence how to get it.
"""
