package serve

import (
	"io"
	"log/slog"
)

// newLogger returns the log that a configuration asks for. Nothing in it comes from
// an event but ids and names of images.
func newLogger(c *Config, out io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Value.Kind() == slog.KindDuration { // in JSON it would be a number of nanoseconds
			a.Value = slog.StringValue(a.Value.String())
		}
		return a
	}}
	if c.LogFormat == logJSON {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}
