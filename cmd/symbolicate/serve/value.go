package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strconv"
	"strings"
)

// A ByteSize is a number of bytes that may end in K, M or G.
type ByteSize int64

// String returns the size in the largest unit that keeps it whole.
func (b *ByteSize) String() string {
	n, unit := int64(*b), ""
	for _, larger := range []string{"K", "M", "G"} {
		if n == 0 || n%1024 != 0 {
			break
		}
		n, unit = n/1024, larger
	}
	return strconv.FormatInt(n, 10) + unit
}

// Type returns the word for such a value in help texts.
func (b *ByteSize) Type() string { return "bytes" }

// Set parses a size.
func (b *ByteSize) Set(s string) error {
	digits := strings.TrimRight(s, "KMG")
	shift, ok := map[string]uint{"": 0, "K": 10, "M": 20, "G": 30}[s[len(digits):]]
	n, err := strconv.ParseUint(digits, 10, 33) // shifted, it still fits
	if err != nil || !ok {
		return errors.New("want a number of bytes, such as 512M or 2G")
	}
	*b = ByteSize(n << shift)
	return nil
}

// A fileMode is who may do what with a file.
type fileMode fs.FileMode

func (m *fileMode) String() string { return fmt.Sprintf("%#o", uint32(*m)) }
func (m *fileMode) Type() string   { return "mode" }

func (m *fileMode) Set(s string) error {
	n, err := strconv.ParseUint(s, 8, 9)
	if err != nil {
		return errors.New("want an octal mode such as 0660")
	}
	*m = fileMode(n)
	return nil
}

// A logFormat is how lines of the log are written.
type logFormat string

const (
	logText logFormat = "text"
	logJSON logFormat = "json"
)

func (l *logFormat) String() string { return string(*l) }
func (l *logFormat) Type() string   { return "format" }

func (l *logFormat) Set(s string) error {
	if !slices.Contains([]logFormat{logText, logJSON}, logFormat(s)) {
		return errors.New("want text or json")
	}
	*l = logFormat(s)
	return nil
}

// A logLevel is how bad something has to be to be logged.
type logLevel slog.Level

func (l *logLevel) String() string { return strings.ToLower(slog.Level(*l).String()) }
func (l *logLevel) Type() string   { return "level" }

func (l *logLevel) Set(s string) error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s)); err != nil {
		return errors.New("want debug, info, warn or error")
	}
	*l = logLevel(level)
	return nil
}
