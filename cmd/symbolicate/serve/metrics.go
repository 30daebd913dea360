package serve

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics are the numbers that requests change. Those that the engine and the
// cache count themselves are read when they are asked for, see [numbers].
type metrics struct {
	registry *prometheus.Registry
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	events   prometheus.Counter
	finds    *prometheus.HistogramVec
}

// buckets go from a warm event to one that waits for a large download, in seconds.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "nativesym_rpc_seconds", Buckets: buckets, Help: "How long requests took, by method and gRPC code.",
		}, []string{"method", "code"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "nativesym_rpc_in_flight", Help: "Requests that have no answer yet, streams included.",
		}),
		events: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "nativesym_events_total", Help: "Events that were received, in calls and in streams.",
		}),
		finds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "nativesym_source_seconds", Buckets: buckets, Help: "How long sources looked for the debug files of an image, by kind of source and result.",
		}, []string{"kind", "result"}),
	}
	m.registry.MustRegister(m.seconds, m.inFlight, m.events, m.finds,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector())
	return m
}
