"""Training: from a dataset to a bundle. The only part that needs torch."""

import os

# Idle OpenMP threads must sleep. By default they spin, and as soon as another program shares the
# cores they spin on the very core that the thread they wait for needs. OpenMP reads this variable
# once, when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
