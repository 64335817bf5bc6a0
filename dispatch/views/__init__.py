"""The pages of dispatch, by desk."""
