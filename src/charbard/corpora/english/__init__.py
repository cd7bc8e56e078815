"""Early modern English, and verse in its tradition: one running text of four parts."""
