"""A page that steps through a tree: forward value by value, backward edge by edge."""
