"""The pages of handling, by desk."""
