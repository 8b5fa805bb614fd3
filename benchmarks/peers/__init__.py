"""What Allez is compared with. None of it imports `allez`: a user of these would not have it."""
