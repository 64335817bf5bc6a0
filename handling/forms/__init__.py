"""What people of handling type, by desk."""
