"""The API reference: its pages as Markdown, how mkdocs builds them, and a checker of links."""
