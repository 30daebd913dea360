package rpc

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/status"
)

// newCertificates returns what a server and a client need to know each other by.
func newCertificates(t testing.TB) (server, client *tls.Config) {
	t.Helper()
	authority, key := newCertificate(t, "authority", nil, nil)
	pool := x509.NewCertPool()
	pool.AddCert(authority.Leaf)
	serverCert, _ := newCertificate(t, "localhost", authority.Leaf, key)
	clientCert, _ := newCertificate(t, "client", authority.Leaf, key)
	server = &tls.Config{Certificates: []tls.Certificate{serverCert}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}
	client = &tls.Config{Certificates: []tls.Certificate{clientCert}, RootCAs: pool, ServerName: "localhost"}
	return server, client
}

// newCertificate returns a certificate signed by a parent, or by itself.
func newCertificate(t testing.TB, name string, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (tls.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: name},
		DNSNames:              []string{name},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		NotAfter:              time.Now().Add(time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IsCA:                  parent == nil,
		BasicConstraintsValid: true,
	}
	if parent == nil {
		parent, parentKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der, parent.Raw}, PrivateKey: key, Leaf: leaf}, key
}

// writePEM writes what a program other than Go's may read.
func writePEM(t testing.TB, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A server that wants certificates answers nobody without one, nor one that
// another authority signed, nor one that does not speak TLS.
func TestRefusedCertificates(t *testing.T) {
	server, client := newCertificates(t)
	_, stranger := newCertificates(t)
	stranger.RootCAs = client.RootCAs
	target := listen(t, NewServer(newEngine(t), Options{TLS: server}), "tcp")
	for _, tt := range []struct {
		name   string
		config *tls.Config
		want   string
	}{
		{"none", &tls.Config{RootCAs: client.RootCAs, ServerName: "localhost"}, "Unavailable: "},
		{"of another authority", stranger, "Unavailable: "},
		{"no TLS", nil, "Unavailable: "},
		{"a server of another name", &tls.Config{Certificates: client.Certificates, RootCAs: client.RootCAs, ServerName: "elsewhere"}, "Unavailable: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := dial(t, target, DialOptions{TLS: tt.config, ConnectTimeout: 50 * time.Millisecond})
			if _, err := c.rpc.SymbolicateEvent(t.Context(), c.request([]byte("{}"), false)); err == nil || !strings.HasPrefix((&Error{status.Convert(err)}).Error(), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := dial(t, target, DialOptions{TLS: client}).Event(t.Context(), []byte("{}")); err != nil {
		t.Errorf("with the right one: %v", err)
	}
}
