"""Students of Marian: a Transformer's encoder, a decoder of simple recurrent units."""
