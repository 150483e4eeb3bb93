"""Readers against damaged and hostile files."""
