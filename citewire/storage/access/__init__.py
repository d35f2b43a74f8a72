"""What is kept of who may ask: credentials, pseudonyms, what people have spent."""
