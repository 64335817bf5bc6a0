"""Pages that read every room."""
