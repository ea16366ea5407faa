"""Figures: indicators declared once, over a lake of Parquet, each with all that belongs to it."""
