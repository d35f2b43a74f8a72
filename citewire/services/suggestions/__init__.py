"""What one may ask of the reports at hand, made from their tables and headings."""
