"""Any sound as samples at 22,050 Hz, what is wrong with it, what a room or an effect does to it."""
