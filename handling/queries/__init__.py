"""The reads of handling, by desk."""
