package serve

import (
	"log/slog"
	"time"

	"github.com/spf13/pflag"
)

// A Config is everything that can be configured. [Config.Groups] is the table of
// it: the names, spellings and meanings of all settings, from which flags, the
// environment, the file and CONFIG.md are made.
type Config struct {
	Listen     []string
	SocketMode fileMode
	Admin      string
	Drain      time.Duration

	TLSCert, TLSKey, TLSClientCA string

	MaxConcurrent, MaxQueue             int
	MaxStreams, MaxConnections          int
	MaxEvent, MaxQueueBytes, MaxAnswers ByteSize
	Deadline                            time.Duration

	Sources
	Scopes Scopes
	Code   []string
	InApp  []string

	AllowNetwork    []string
	Proxy           string
	DownloadSize    ByteSize
	DownloadTimeout time.Duration
	Retry           time.Duration

	Cache         string
	CacheSize     ByteSize
	TableMemory   ByteSize
	MemoryLimit   ByteSize
	CompileMemory ByteSize
	Workers       int

	LogLevel  slog.Level
	LogFormat logFormat
}

// Default returns the configuration of those who configure nothing.
func Default() *Config {
	return &Config{
		Listen:     []string{"127.0.0.1:50051"},
		SocketMode: 0o660,
		Drain:      30 * time.Second,

		MaxConcurrent:  32,
		MaxQueue:       256,
		MaxStreams:     64,
		MaxConnections: 256,
		MaxEvent:       32 << 20,
		MaxQueueBytes:  64 << 20,
		MaxAnswers:     256 << 20,
		Deadline:       5 * time.Minute,

		DownloadSize:    4 << 30,
		DownloadTimeout: 5 * time.Minute,
		Retry:           time.Hour,

		CacheSize: 10 << 30,

		LogLevel:  slog.LevelInfo,
		LogFormat: logText,
	}
}

// A Group is a part of the table: settings that belong together.
type Group struct {
	Title string
	*pflag.FlagSet
}

// Groups returns the table of settings, bound to c. A setting is called the same
// everywhere: table-memory in the file, --table-memory on the command line,
// NATIVESYM_TABLE_MEMORY in the environment; and its value is spelt the same.
func (c *Config) Groups() []Group {
	return []Group{
		group("Serving", c.serving),
		group("TLS", c.tls),
		group("Limits", c.limits),
		group("Debug files", c.debugFiles),
		group("Downloads", c.downloads),
		group("Cache and memory", c.memory),
		group("Frames", c.frames),
		group("Logs", c.logs),
	}
}

// EngineFlags returns the settings of an engine without a server around it.
func (c *Config) EngineFlags() *pflag.FlagSet {
	return group("", func(f *pflag.FlagSet) {
		c.Sources.define(f)
		c.frames(f)
		c.downloads(f)
		f.StringVar(&c.Cache, "cache", c.Cache, "`folder` that keeps downloads and compiled tables (default that of the user, when a source is on the net)")
	}).FlagSet
}

// repeatable ends the help for flags that may be given several times.
const repeatable = " (repeatable)"

func group(title string, define func(*pflag.FlagSet)) Group {
	f := pflag.NewFlagSet(title, pflag.ContinueOnError)
	f.SortFlags = false
	define(f)
	f.VisitAll(func(setting *pflag.Flag) {
		if _, list := setting.Value.(pflag.SliceValue); list {
			setting.Usage += repeatable
		}
	})
	return Group{title, f}
}

func (c *Config) serving(f *pflag.FlagSet) {
	f.StringArrayVar(&c.Listen, "listen", c.Listen, "`address` to serve on: HOST:PORT or unix:PATH")
	f.Var(&c.SocketMode, "socket-mode", "who may connect to Unix sockets, as octal file `mode`")
	f.StringVar(&c.Admin, "admin", c.Admin, "`address` of /metrics, /healthz, /readyz and /debug/pprof; for nobody but operators. None if empty")
	f.DurationVar(&c.Drain, "drain", c.Drain, "how long accepted requests may take to end after SIGTERM")
}

func (c *Config) tls(f *pflag.FlagSet) {
	f.StringVar(&c.TLSCert, "tls-cert", c.TLSCert, "`file` with the server's certificate chain (PEM); read again when it changes")
	f.StringVar(&c.TLSKey, "tls-key", c.TLSKey, "`file` with its key (PEM); read again when it changes")
	f.StringVar(&c.TLSClientCA, "tls-client-ca", c.TLSClientCA, "`file` with the authorities (PEM) of which clients must have a certificate; read again when it changes")
}

func (c *Config) limits(f *pflag.FlagSet) {
	f.IntVar(&c.MaxConcurrent, "max-concurrent", c.MaxConcurrent, "how many requests are worked on at a time, downloads included")
	f.IntVar(&c.MaxQueue, "max-queue", c.MaxQueue, "how many more may wait; the next are refused as RESOURCE_EXHAUSTED")
	f.Var(&c.MaxQueueBytes, "max-queue-bytes", "`bytes` that those may have, together")
	f.IntVar(&c.MaxStreams, "max-streams", c.MaxStreams, "how many streams of events may be open; the next are refused as RESOURCE_EXHAUSTED")
	f.IntVar(&c.MaxConnections, "max-connections", c.MaxConnections, "how many connections may be open; the next are closed at once")
	f.Var(&c.MaxAnswers, "max-answer-bytes", "`bytes` of answers that are not sent yet, together; a client that does not read its own is cut off when others wait")
	f.Var(&c.MaxEvent, "max-event", "largest request that is accepted, in `bytes`")
	f.DurationVar(&c.Deadline, "deadline", c.Deadline, "how long a request may take, if its client does not say less")
}

func (c *Config) debugFiles(f *pflag.FlagSet) {
	c.Sources.define(f)
	f.Var(&c.Scopes, "scope", "debug files for some callers only: `NAME.KIND=SOURCE`, where KIND is one of the five before")
}

func (c *Config) downloads(f *pflag.FlagSet) {
	f.StringArrayVar(&c.AllowNetwork, "allow-network", c.AllowNetwork, "private `network` that sources may be in: an address, a range such as 10.1.0.0/16, or the name of a host")
	f.StringVar(&c.Proxy, "proxy", c.Proxy, "`URL` of the proxy for downloads, or environment for that of HTTPS_PROXY; none if empty")
	f.Var(&c.DownloadSize, "download-size", "largest file that is downloaded, in `bytes`, also unpacked")
	f.DurationVar(&c.DownloadTimeout, "download-timeout", c.DownloadTimeout, "how long one download may take")
	f.DurationVar(&c.Retry, "retry", c.Retry, "how long a debug file that is nowhere is not asked for again")
}

func (c *Config) memory(f *pflag.FlagSet) {
	f.StringVar(&c.Cache, "cache", c.Cache, "`folder` that keeps downloads and compiled tables; several processes may share it. If empty, $CACHE_DIRECTORY, else nothing is kept")
	f.Var(&c.CacheSize, "cache-size", "`bytes` that the folder may hold; downloads in flight come on top")
	f.Var(&c.TableMemory, "table-memory", "`bytes` of compiled tables kept open; 0: 1G, and no more than a quarter of the memory limit")
	f.Var(&c.CompileMemory, "compile-memory", "`bytes` that compiling one table aims to stay under; 0: a quarter of the memory limit, if there is one")
	f.Var(&c.MemoryLimit, "memory-limit", "`bytes` of memory that garbage collection aims to stay under; 0: $GOMEMLIMIT, else nine tenths of the control group's limit")
	f.IntVar(&c.Workers, "workers", c.Workers, "how many processors compile debug files; 0: all")
}

func (c *Config) frames(f *pflag.FlagSet) {
	f.StringArrayVar(&c.Code, "code", c.Code, "`folder` with source code to show around lines: DIR, or PREFIX=DIR for the prefix it was compiled with")
	f.StringArrayVar(&c.InApp, "in-app", c.InApp, "`rule` that says whose code a frame is: \"package:/opt/acme/* +app\", \"path:*/third_party/* -app\"; the first that matches does")
}

func (c *Config) logs(f *pflag.FlagSet) {
	f.Var((*logLevel)(&c.LogLevel), "log-level", "least `level` that is logged: debug, info, warn or error")
	f.Var(&c.LogFormat, "log-format", "`format` of the log: text or json")
}
