"""The back end `numba`: a machine for plans, and the kernels that it runs."""
