"""Which report a file is: whose, about which periods, of what kind."""
