"""`allez serve`: texts and documents over HTTP, with LibreTranslate's API and one of our own."""
