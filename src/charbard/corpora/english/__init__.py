"""Early modern English, and verse in its tradition: running text in four parts."""
