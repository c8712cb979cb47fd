int bound(void);
int main(void) { return bound() - 1; }
