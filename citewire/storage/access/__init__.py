"""Who may ask and what they may take: people as the audit log names them."""
