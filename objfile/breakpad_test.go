package objfile

import (
	"os"
	"path/filepath"
	"testing"
)

// The id of a build is kept by those who look for it, for longer than the file is
// open.
func TestBreakpadCodeIDOutlivesTheFile(t *testing.T) {
	const id = "0123456789012345678901234567890123456789" // no letter to write small, so nothing to copy
	path := filepath.Join(t.TempDir(), "app.sym")
	text := "MODULE Linux x86_64 F1C3BCC0279865FE3058404B2831D9E64 app\nINFO CODE_ID " + id + "\nFUNC 10 10 0 main\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	got := f.CodeID()
	f.Close()
	if got != id { // a fault, if it were in the mapping
		t.Errorf("CodeID is %s, want %s", got, id)
	}
}
