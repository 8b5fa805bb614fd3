"""Files: what a bundle is, read and checked. Knows files, no numbers and no text."""
