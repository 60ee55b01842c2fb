"""When a group meets: its schedule, its meetings, and what members answer for them."""
