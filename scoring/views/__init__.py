"""Pages of the ruler: what is left out, what is put right, what is published."""
