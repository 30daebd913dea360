package filecache

// roleVariable is set where the test binary runs as another process of a test.
const roleVariable = "FILECACHE_TEST_ROLE"

func play(role string) {}
