"""格律检测: whether a poem keeps a form, and where it does not.

Shares nothing with what writes verse but the tables.
"""
