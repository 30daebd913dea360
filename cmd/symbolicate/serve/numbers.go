package serve

import (
	"cmp"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/nativesym/nativesym/symbolicate"
	"github.com/nativesym/nativesym/symbolicate/rpc"
)

// A reading is a number that something else counts, and that is asked for when
// somebody looks.
type reading[S any] struct {
	name, help string
	kind       prometheus.ValueType
	value      func(*S) float64
}

func (r *reading[S]) desc() *prometheus.Desc { return prometheus.NewDesc(r.name, r.help, nil, nil) }

const (
	counter = prometheus.CounterValue
	gauge   = prometheus.GaugeValue
)

// engineReadings are what the engine counts.
var engineReadings = []reading[symbolicate.Stats]{
	{"nativesym_tables", "Images that are kept in memory: with their table, or as missing.", gauge, func(s *symbolicate.Stats) float64 { return float64(s.Images) }},
	{"nativesym_table_bytes", "Memory that the images kept take, in bytes.", gauge, func(s *symbolicate.Stats) float64 { return float64(s.Bytes) }},
	{"nativesym_table_hits_total", "Images of events that were kept already.", counter, func(s *symbolicate.Stats) float64 { return float64(s.Hits) }},
	{"nativesym_table_misses_total", "Images that had to be looked for.", counter, func(s *symbolicate.Stats) float64 { return float64(s.Misses) }},
	{"nativesym_table_evictions_total", "Images that are not kept any more because others needed their place.", counter, func(s *symbolicate.Stats) float64 { return float64(s.Evictions) }},
	{"nativesym_compiles_total", "Debug files that were compiled.", counter, func(s *symbolicate.Stats) float64 { return float64(s.Compiles) }},
	{"nativesym_compile_seconds_total", "Time spent on compiling debug files, in seconds.", counter, func(s *symbolicate.Stats) float64 { return s.CompileTime.Seconds() }},
	{"nativesym_compiled_before_total", "Tables that were in the cache folder, so that nothing was compiled.", counter, func(s *symbolicate.Stats) float64 { return float64(s.TableHits) }},
	{"nativesym_cache_faults_total", "Times that the cache folder could not give or take a table.", counter, func(s *symbolicate.Stats) float64 { return float64(s.CacheFaults) }},
	{"nativesym_lingering", "Images that are being loaded though nobody waits any more.", gauge, func(s *symbolicate.Stats) float64 { return float64(s.Lingering) }},
	{"nativesym_panics_total", "Debug files and images on which the engine failed by a fault of this program.", counter, func(s *symbolicate.Stats) float64 { return float64(s.Panics) }},
}

// gateReadings are what the service counts of requests that want to be worked on.
var gateReadings = []reading[rpc.Stats]{
	{"nativesym_requests_running", "Requests that are worked on, of at most max-concurrent.", gauge, func(s *rpc.Stats) float64 { return float64(s.Running) }},
	{"nativesym_requests_waiting", "Requests that wait for that.", gauge, func(s *rpc.Stats) float64 { return float64(s.Waiting) }},
	{"nativesym_requests_waiting_bytes", "Bytes that waiting calls have, of at most max-queue-bytes.", gauge, func(s *rpc.Stats) float64 { return float64(s.WaitingBytes) }},
	{"nativesym_requests_refused_total", "Calls that were refused because too many waited.", counter, func(s *rpc.Stats) float64 { return float64(s.Refused) }},
}

// A numbers collects what the engine, its cache, its downloads and the service count.
type numbers struct {
	engine *Engine
	rpc    *rpc.Server
	ready  *readiness
}

var (
	readyDesc = prometheus.NewDesc("nativesym_ready", "1 if the server is ready, 0 if not.", nil, nil)

	eventOutcomes = prometheus.NewDesc("nativesym_event_outcomes_total", "Events that were worked on, by what came of them: whole (all frames that were to be looked up are symbolicated), partly, not, untouched (there were none) or failed.", []string{"outcome"}, nil)
	frames        = prometheus.NewDesc("nativesym_frames_total", "Frames of events, by data.symbolicator_status; untouched are those that were not to be looked up.", []string{"status"}, nil)
	images        = prometheus.NewDesc("nativesym_images_total", "Images that frames of events needed, by debug_status.", []string{"status"}, nil)

	cacheBytes  = prometheus.NewDesc("nativesym_cache_bytes", "Bytes of the files in the cache folder, of all processes that use it.", nil, nil)
	cacheEvents = prometheus.NewDesc("nativesym_cache_total", "What happened in the cache folder, by kind of file: hit, negative (known to be missing), made, evicted or damaged.", []string{"kind", "what"}, nil)
	cacheMade   = prometheus.NewDesc("nativesym_cache_made_bytes_total", "Bytes of files that were put into the cache folder.", []string{"kind"}, nil)

	downloads        = prometheus.NewDesc("nativesym_downloads_total", "Downloads, by kind of source and result.", []string{"kind", "result"}, nil)
	downloadRequests = prometheus.NewDesc("nativesym_download_requests_total", "HTTP requests for downloads, by kind of source.", []string{"kind"}, nil)
	downloadBytes    = prometheus.NewDesc("nativesym_download_bytes_total", "Bytes of files that were downloaded, by kind of source.", []string{"kind"}, nil)
	blockedHosts     = prometheus.NewDesc("nativesym_download_blocked_hosts", "Servers that are left alone for a while because they keep failing.", []string{"kind"}, nil)
)

// Describe sends the numbers that there are.
func (n *numbers) Describe(out chan<- *prometheus.Desc) {
	for _, r := range engineReadings {
		out <- r.desc()
	}
	for _, r := range gateReadings {
		out <- r.desc()
	}
	for _, d := range []*prometheus.Desc{
		readyDesc, eventOutcomes, frames, images, cacheBytes, cacheEvents, cacheMade, downloads, downloadRequests, downloadBytes, blockedHosts,
	} {
		out <- d
	}
}

// Collect sends them as they are now.
func (n *numbers) Collect(out chan<- prometheus.Metric) {
	send := func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, kind, value, labels...)
	}
	ready := 0.0
	if n.ready.check() == nil {
		ready = 1
	}
	send(readyDesc, gauge, ready)
	stats := n.engine.Stats()
	for _, r := range engineReadings {
		send(r.desc(), r.kind, r.value(&stats))
	}
	for outcome, n := range stats.Outcomes.Events {
		send(eventOutcomes, counter, float64(n), symbolicate.EventOutcome(outcome).String())
	}
	for status, n := range stats.Outcomes.Frames {
		send(frames, counter, float64(n), cmp.Or(symbolicate.FrameStatus(status).String(), "untouched"))
	}
	for status, n := range stats.Outcomes.Images {
		if status := symbolicate.ImageStatus(status); status != symbolicate.ImageUnused {
			send(images, counter, float64(n), status.String())
		}
	}
	requests := n.rpc.Stats()
	for _, r := range gateReadings {
		send(r.desc(), r.kind, r.value(&requests))
	}
	if n.engine.cache != nil {
		s := n.engine.cache.Stats()
		send(cacheBytes, gauge, float64(s.Bytes))
		for kind, c := range s.Kinds {
			send(cacheMade, counter, float64(c.Bytes), kind)
			for what, count := range map[string]int64{
				"hit": c.Hits, "negative": c.Negative, "made": c.Made, "evicted": c.Evicted, "damaged": c.Damaged,
			} {
				send(cacheEvents, counter, float64(count), kind, what)
			}
		}
	}
	for kind, client := range n.engine.network.clients {
		s := client.Stats()
		send(downloadRequests, counter, float64(s.Requests), kind)
		send(downloadBytes, counter, float64(s.Bytes), kind)
		send(blockedHosts, gauge, float64(len(s.Blocked)), kind)
		send(downloads, counter, float64(s.Files), kind, "ok")
		for result, count := range s.Failures {
			send(downloads, counter, float64(count), kind, result)
		}
	}
}
