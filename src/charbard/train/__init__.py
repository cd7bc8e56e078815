"""Train a model on a dataset and save it as a bundle. Only this package needs torch."""

import os

# Idle OpenMP threads must sleep. By default they spin. If another program shares the cores, an idle
# thread can then spin on the core that the thread it waits for needs. OpenMP reads this variable
# once, when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
