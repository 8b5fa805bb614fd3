"""The recurrent encoder and attention decoder."""
