"""Pictures drawn with Pillow, and the chart of the printed report."""
