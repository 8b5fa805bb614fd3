"""A small convolutional encoder of pictures, with the attention decoder of `recurrent` behind it."""
