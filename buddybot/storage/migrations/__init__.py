"""The schema's history as numbered SQL files, and what runs and checks them."""
