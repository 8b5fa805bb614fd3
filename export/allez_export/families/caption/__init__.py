"""A small convolutional encoder of pictures, and the attention decoder of `recurrent` behind it."""
