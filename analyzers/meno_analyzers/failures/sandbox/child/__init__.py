"""What runs inside the learner's interpreter: the warden, which is warmed once, and the stage, on which a
forked copy of it runs one version of the program.

These files know nothing of Meno and import nothing but the standard library, since they are run by whatever
interpreter the learner chose, from 3.8 on. `start.py` is given to it as a path."""
