int bound(void) { return 1; }
