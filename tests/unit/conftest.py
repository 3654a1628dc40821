"""Stands here so that pytest puts this folder, and with it support.py, on the path."""
