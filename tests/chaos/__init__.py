"""Kill -9: the whole bot, ended between any two instructions, against a Discord that counts."""
