"""Hand-written fakes and synthetic stacks that the tests share."""
