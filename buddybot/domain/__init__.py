"""What a buddy group is: pure rules on values, the standard library only, no I/O and no clock."""
