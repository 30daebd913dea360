package serve

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/nativesym/nativesym/symbolicate/rpc"
)

// TestTraces has a collector that is named by the standard variables.
func TestTraces(t *testing.T) {
	var mu sync.Mutex
	var got bytes.Buffer
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close") // a kept one is the exporter's, not the server's
		mu.Lock()
		defer mu.Unlock()
		got.WriteString(r.URL.Path + "\n")
		_, _ = io.Copy(&got, r.Body)
	}))
	t.Cleanup(collector.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	t.Setenv("OTEL_SERVICE_NAME", "symbols-of-tomorrow")
	t.Cleanup(func() { // once the server has sent the last traces
		mu.Lock()
		defer mu.Unlock()
		for _, want := range []string{"/v1/traces", "nativesym.v1.Symbolicator/SymbolicateEvent", "symbols-of-tomorrow"} {
			if !bytes.Contains(got.Bytes(), []byte(want)) {
				t.Errorf("the collector did not get %s: %q", want, got.String())
			}
		}
	})
	r := start(t, serverConfig(t))
	symbolicated(t, r.dial(t, 0, rpc.DialOptions{}))
}

// TestTracesOff holds that without a word of the environment there are none.
func TestTracesOff(t *testing.T) {
	for _, tt := range []struct {
		name, value string
		on          bool
		wantErr     string
	}{
		{"OTEL_SERVICE_NAME", "x", false, ""},
		{"OTEL_TRACES_EXPORTER", "none", false, ""},
		{"OTEL_TRACES_EXPORTER", "otlp", true, ""},
		{"OTEL_TRACES_EXPORTER", "zipkin", false, `traces: OTEL_TRACES_EXPORTER is "zipkin": want otlp or none`},
	} {
		t.Run(tt.name+"="+tt.value, func(t *testing.T) {
			t.Setenv(tt.name, tt.value)
			log := newLogger(Default(), io.Discard)
			traces, err := startTracing(t.Context(), log)
			traces.stop(log)
			if textOf(err) != tt.wantErr || (traces != nil) != tt.on {
				t.Errorf("traces %v, error %q; want %v, %q", traces != nil, textOf(err), tt.on, tt.wantErr)
			}
		})
	}
}
