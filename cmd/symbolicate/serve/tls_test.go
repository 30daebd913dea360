package serve

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An authority makes certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	a := authority{key: newKey(t)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	a.cert = a.sign(t, template, template, &a.key.PublicKey)
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a authority) sign(t *testing.T, template, parent *x509.Certificate, key *ecdsa.PublicKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, a.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// write writes a certificate for a name and its key into files of a folder.
func (a authority) write(t *testing.T, dir, name string) (cert, key string) {
	t.Helper()
	private := newKey(t)
	c := a.sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a.cert, &private.PublicKey)
	der, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return writePEM(t, dir, name+".crt", "CERTIFICATE", c.Raw), writePEM(t, dir, name+".key", "EC PRIVATE KEY", der)
}

func (a authority) writeCA(t *testing.T, dir string) string {
	return writePEM(t, dir, "ca.crt", "CERTIFICATE", a.cert.Raw)
}

func writePEM(t *testing.T, dir, name, kind string, der []byte) string {
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// lookAgain has time pass, so that the files are looked at again.
func (k *keyring) lookAgain() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.next = time.Time{}
}

// TestKeyring renews a certificate under the server's feet, and breaks it once.
func TestKeyring(t *testing.T) {
	dir := t.TempDir()
	a := newAuthority(t)
	var log bytes.Buffer
	c := Default()
	c.TLSCert, c.TLSKey = a.write(t, dir, "server")
	c.TLSClientCA = a.writeCA(t, dir)
	k, err := newKeyring(c, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	serial := func() string {
		k.lookAgain()
		cert, err := x509.ParseCertificate(k.current().Certificates[0].Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		return cert.SerialNumber.String()
	}
	first := serial()
	if again := serial(); again != first {
		t.Errorf("certificate %s, then %s, of the same file", first, again)
	}
	a.write(t, dir, "server")
	second := serial()
	if second == first {
		t.Error("a new certificate is not used")
	}
	if err := os.WriteFile(c.TLSKey, []byte("half a k"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := serial(); got != second {
		t.Errorf("with a broken key certificate %s, want %s as before", got, second)
	}
	for _, want := range []string{"level=INFO msg=\"TLS files have changed and are in use\"", "level=WARN", "tls: failed to find any PEM data in key input"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, log.String())
		}
	}
}

func TestKeyringErrors(t *testing.T) {
	dir := t.TempDir()
	a := newAuthority(t)
	cert, key := a.write(t, dir, "server")
	for _, tt := range []struct{ cert, key, ca, want string }{
		{"", "", "", ""},
		{cert, "", "", "tls-cert and tls-key: want both or none, also with tls-client-ca"},
		{"", "", cert, "tls-cert and tls-key: want both or none, also with tls-client-ca"},
		{cert, dir + "/no.key", "", "tls-cert DIR/server.crt, tls-key DIR/no.key: open DIR/no.key: no such file or directory"},
		{cert, key, dir + "/no.crt", "tls-client-ca: open DIR/no.crt: no such file or directory"},
		{cert, key, key, "tls-client-ca DIR/server.key: has no certificate (PEM)"},
	} {
		c := Default()
		c.TLSCert, c.TLSKey, c.TLSClientCA = tt.cert, tt.key, tt.ca
		if _, err := newKeyring(c, slog.Default()); strings.ReplaceAll(textOf(err), dir, "DIR") != tt.want {
			t.Errorf("%q, %q, %q: error %q, want %q", tt.cert, tt.key, tt.ca, textOf(err), tt.want)
		}
	}
}
