package symbolicate

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// victimVariable is set where the test binary runs as a process that is to be
// killed: to the directories of its cache and of its debug files.
const victimVariable = "SYMBOLICATE_TEST_VICTIM"

func TestMain(m *testing.M) {
	if dirs := os.Getenv(victimVariable); dirs != "" {
		if err := victim(dirs); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}
