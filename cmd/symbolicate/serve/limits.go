package serve

import "fmt"

// checkLimits refuses limits that let nothing through, and 0 where the table of
// settings does not say what it means: what is below takes it for a default.
func (c *Config) checkLimits() error {
	for _, limit := range []struct {
		name         string
		value, least int64
	}{
		{"drain", int64(c.Drain), 0},
		{"max-concurrent", int64(c.MaxConcurrent), 1},
		{"max-queue", int64(c.MaxQueue), 1},
		{"max-queue-bytes", int64(c.MaxQueueBytes), 1},
		{"max-streams", int64(c.MaxStreams), 1},
		{"max-connections", int64(c.MaxConnections), 1},
		{"max-answer-bytes", int64(c.MaxAnswers), 1},
		{"max-event", int64(c.MaxEvent), 1},
		{"deadline", int64(c.Deadline), 1},
		{"download-size", int64(c.DownloadSize), 1},
		{"download-timeout", int64(c.DownloadTimeout), 1},
		{"retry", int64(c.Retry), 1},
		{"cache-size", int64(c.CacheSize), 1},
		{"workers", int64(c.Workers), 0},
	} {
		switch {
		case limit.value >= limit.least:
		case limit.least == 0:
			return fmt.Errorf("%s: want no less than 0", limit.name)
		default:
			return fmt.Errorf("%s: want more than 0", limit.name)
		}
	}
	return nil
}
