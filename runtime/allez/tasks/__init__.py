"""What else one makes of encoder, attention and decoder: summaries, replies, captions."""
