"""Files of text: read, translated in order, written aside and renamed."""
