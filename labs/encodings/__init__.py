"""Classes as targets of a model: a class number against one-hot, and what each makes of the same rows."""
