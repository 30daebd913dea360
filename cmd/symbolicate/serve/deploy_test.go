package serve

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestUnit holds that the systemd unit calls the program as it is, and, where there
// is a systemd to ask, that it makes sense and leaves the program little to do.
func TestUnit(t *testing.T) {
	text, err := os.ReadFile("../../../deploy/nativesym.service")
	if err != nil {
		t.Fatal(err)
	}
	start := regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/symbolicate serve (.*)$`).FindStringSubmatch(string(text))
	if start == nil {
		t.Fatal("the unit does not start symbolicate serve")
	}
	args := strings.Fields(start[1])
	if args[0] != "--config" {
		t.Errorf("the unit's first flag is %s, want --config", args[0])
	}
	if _, _, err := load(t, "", nil, args[2:]...); err != nil {
		t.Error(err)
	}
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("no systemd-analyze to ask")
	}
	unit := filepath.Join(t.TempDir(), "nativesym.service")
	installed := strings.ReplaceAll(string(text), "/usr/local/bin/symbolicate", "/bin/true") // which is there
	if err := os.WriteFile(unit, []byte(installed), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", unit).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	const exposure = "20" // of 100; what is left is the net
	if out, err := exec.Command("systemd-analyze", "security", "--offline=yes", "--threshold="+exposure, unit).CombinedOutput(); err != nil {
		t.Errorf("systemd-analyze security: %v\n%s", err, out)
	}
}

// TestDockerfile holds that the settings in the Dockerfile are settings.
func TestDockerfile(t *testing.T) {
	text, err := os.ReadFile("../../../deploy/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	env := make(map[string]string)
	for _, m := range regexp.MustCompile(`(NATIVESYM_[A-Z_]+)=(\S+)`).FindAllStringSubmatch(string(text), -1) {
		env[m[1]] = m[2]
	}
	known := map[string]bool{"NATIVESYM_NAME": true, "NATIVESYM_CONFIG": true} // in the comment
	for f := range settings(Default().Groups()) {
		known[envName(f.Name)] = true
	}
	for name := range env {
		if !known[name] {
			t.Errorf("there is no setting %s", name)
		}
	}
	c, _, err := load(t, "", env)
	if err != nil {
		t.Fatal(err)
	}
	if c.Cache != "/cache" || c.Admin != ":9464" {
		t.Errorf("cache %q, admin %q", c.Cache, c.Admin)
	}
}
