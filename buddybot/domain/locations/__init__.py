"""Where a group meets and who hosts: locations, the rotation's rules, and what is fair."""
