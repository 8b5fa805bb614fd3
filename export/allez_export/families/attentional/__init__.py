"""Recurrent encoders and decoders with attention, as other toolkits build and train them."""
