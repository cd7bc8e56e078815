"""Given texts: how likely they are, what else could stand in them, what single units follow."""
