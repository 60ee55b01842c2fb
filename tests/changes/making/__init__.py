"""How each change is made: as people type and press it, as Discord tells of it, or as time passes."""
