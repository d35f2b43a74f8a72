"""What leaves with its proof: answers and chats as Markdown, HTML, Word and PDF."""
