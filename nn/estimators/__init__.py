"""Networks under scikit-learn's conventions."""
