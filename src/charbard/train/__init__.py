"""Training: from a dataset to a bundle. The only part that needs torch."""

import os

# Threads that wait for each other must sleep: spinning, they take the core from whom they wait for
# as soon as another program runs. OpenMP reads this once, when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
