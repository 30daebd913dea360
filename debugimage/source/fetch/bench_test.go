package fetch

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// BenchmarkGet downloads a file of 64 MiB from this machine.
func BenchmarkGet(b *testing.B) {
	data := make([]byte, 64<<20)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(data) }))
	defer s.Close()
	c, err := New(Options{Allow: []string{"127.0.0.1"}})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Get(b.Context(), Request{URL: s.URL}, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
