package rpc

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
)

// Clients that others wrote get the library's answers, knowing nothing of the
// service but what it says of itself.
func TestOtherClients(t *testing.T) {
	if testing.Short() {
		t.Skip("starts other programs")
	}
	e := newEngine(t)
	event := fixture.Read(t, "events/linux-x86_64-crash.json")
	want, err := e.Event(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	serverTLS, clientTLS := newCertificates(t)
	files := certificateFiles(t, clientTLS)
	for _, tt := range []struct {
		name, kind string
		tls        *tls.Config
	}{
		{"tcp", "tcp", nil},
		{"unix", "unix", nil},
		{"tcp with certificates", "tcp", serverTLS},
		{"unix with certificates", "unix", serverTLS},
	} {
		target := listen(t, NewServer(e, Options{TLS: tt.tls}), tt.kind)
		certificates := files
		if tt.tls == nil {
			certificates = nil
		}
		t.Run("python, "+tt.name, func(t *testing.T) {
			if got := python(t, event, target, certificates); !bytes.Equal(got, want) {
				t.Errorf("got %s\nwant %s", got, want)
			}
		})
		t.Run("grpcurl, "+tt.name, func(t *testing.T) {
			if got := grpcurl(t, event, target, certificates); !bytes.Equal(got, want) {
				t.Errorf("got %s\nwant %s", got, want)
			}
		})
	}
}

// certificateFiles returns files with the authority, the certificate and its key.
func certificateFiles(t *testing.T, config *tls.Config) []string {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(config.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	authority := filepath.Join(dir, "authority")
	writePEM(t, authority, "CERTIFICATE", config.Certificates[0].Certificate[1])
	writePEM(t, filepath.Join(dir, "certificate"), "CERTIFICATE", config.Certificates[0].Certificate[0])
	writePEM(t, filepath.Join(dir, "key"), "PRIVATE KEY", key)
	return []string{authority, filepath.Join(dir, "certificate"), filepath.Join(dir, "key")}
}

func python(t *testing.T, event []byte, target string, certificates []string) []byte {
	t.Helper()
	if out, err := exec.Command("python3", "-c", "import grpc, grpc_reflection, grpc_health").CombinedOutput(); err != nil {
		t.Skipf("no python3 with grpcio, grpcio-reflection and grpcio-health-checking: %v %s", err, out)
	}
	return output(t, event, "python3", append([]string{"testdata/client.py", target}, certificates...)...)
}

func grpcurl(t *testing.T, event []byte, target string, certificates []string) []byte {
	t.Helper()
	program := "grpcurl"
	if _, err := exec.LookPath(program); err != nil {
		home, _ := os.UserHomeDir()
		program = filepath.Join(home, "go", "bin", "grpcurl")
	}
	if _, err := exec.LookPath(program); err != nil {
		t.Skip("no grpcurl: go install github.com/fullstorydev/grpcurl/cmd/grpcurl@latest")
	}
	args := []string{"-plaintext"}
	if certificates != nil {
		args = []string{"-cacert", certificates[0], "-cert", certificates[1], "-key", certificates[2], "-authority", "localhost"}
	}
	if path, ok := strings.CutPrefix(target, "unix:"); ok {
		args, target = append(args, "-unix"), path
	}
	request, err := json.Marshal(map[string]any{"json": event})
	if err != nil {
		t.Fatal(err)
	}
	out := output(t, request, program, append(args, "-d", "@", target, "nativesym.v1.Symbolicator/SymbolicateEvent")...)
	var answer struct{ JSON []byte }
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return answer.JSON
}

// output returns what a program writes.
func output(t *testing.T, stdin []byte, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w\n%s", name, err, stderr.Bytes()))
	}
	return out
}
