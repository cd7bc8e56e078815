"""Training: from a dataset to a bundle. The only part that needs torch."""

import os

# Idle OpenMP threads must sleep. By default they spin. If another program shares the cores, an idle
# thread can then spin on the core that the thread it waits for needs. OpenMP reads this variable
# once, when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
