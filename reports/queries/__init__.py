"""Reads across every room."""
