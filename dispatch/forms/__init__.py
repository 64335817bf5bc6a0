"""What people of dispatch type, by desk."""
