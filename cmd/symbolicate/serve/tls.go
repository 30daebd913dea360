package serve

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// A keyring is the server's side of TLS, read from files and read again when they
// change: certificates are renewed more often than servers are started.
type keyring struct {
	cert, key, clientCA string
	log                 *slog.Logger

	mu     sync.Mutex
	seen   string    // of the files, see stamp
	next   time.Time // when to look at them again
	config *tls.Config
}

// believed is how long files are taken to be what they were.
const believed = time.Second

// newKeyring reads the files for the first time. It returns nil if there are none.
func newKeyring(c *Config, log *slog.Logger) (*keyring, error) {
	switch {
	case c.TLSCert == "" && c.TLSKey == "" && c.TLSClientCA == "":
		return nil, nil
	case c.TLSCert == "" || c.TLSKey == "":
		return nil, errors.New("tls-cert and tls-key: want both or none, also with tls-client-ca")
	}
	k := &keyring{cert: c.TLSCert, key: c.TLSKey, clientCA: c.TLSClientCA, log: log}
	k.seen = k.stamp()
	var err error
	k.config, err = k.read()
	return k, err
}

// serverConfig returns a configuration that follows the files.
func (k *keyring) serverConfig() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		NextProtos:         []string{"h2"},
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return k.current(), nil },
	}
}

// current returns what the files hold, or held when they last made sense.
func (k *keyring) current() *tls.Config {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	if now.Before(k.next) {
		return k.config
	}
	k.next = now.Add(believed)
	stamp := k.stamp()
	if stamp == k.seen {
		return k.config
	}
	k.seen = stamp
	config, err := k.read()
	if err != nil {
		k.log.Warn("TLS files have changed and make no sense; going on with what they were", "error", err)
		return k.config
	}
	k.log.Info("TLS files have changed and are in use")
	k.config = config
	return config
}

// stamp changes when one of the files does.
func (k *keyring) stamp() string {
	var stamp string
	for _, path := range []string{k.cert, k.key, k.clientCA} {
		if info, err := os.Stat(path); err == nil {
			stamp += fmt.Sprint(info.ModTime().UnixNano(), info.Size(), ",")
		}
	}
	return stamp
}

func (k *keyring) read() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(k.cert, k.key)
	if err != nil {
		return nil, fmt.Errorf("tls-cert %s, tls-key %s: %w", k.cert, k.key, err)
	}
	config := &tls.Config{
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"h2"},
		Certificates: []tls.Certificate{pair},
	}
	if k.clientCA != "" {
		config.ClientAuth = tls.RequireAndVerifyClientCert
		text, err := os.ReadFile(k.clientCA)
		if err != nil {
			return nil, fmt.Errorf("tls-client-ca: %w", err)
		}
		config.ClientCAs = x509.NewCertPool()
		if !config.ClientCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("tls-client-ca %s: has no certificate (PEM)", k.clientCA)
		}
	}
	return config, nil
}
