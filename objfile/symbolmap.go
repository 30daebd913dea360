package objfile

import (
	"errors"
	"strconv"
	"strings"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A symbolMap has the names that a program lost when Apple compiled it from
// bitcode: "__hidden#12_", in symbols and in debug information, stands for the
// thirteenth of them. Xcode keeps them in a text file, .bcsymbolmap, one a line
// after a line with the version. Names of Objective-C methods start with \x01
// there.
type symbolMap []string

const (
	symbolMapHead = "BCSymbolMap Version: 2.0\n"
	hiddenMark    = "hidden#" // after any underscores, before a number and an underscore
)

// AttachSymbolMap gives a Mach-O file the names that its .bcsymbolmap holds, for
// [File.Symbols] and [File.DebugInfo] to restore. For any other file it does
// nothing. The text must not change; AttachSymbolMap is to be called before f is
// used by several goroutines.
func (f *File) AttachSymbolMap(text []byte) error {
	names, ok := strings.CutPrefix(alias(text), symbolMapHead)
	if !ok {
		return f.wrap(errors.New("no symbol map of version 2.0"))
	}
	if m, ok := f.image.(*machoFile); ok {
		m.hidden = strings.Split(strings.TrimSuffix(names, "\n"), "\n")
	}
	return nil
}

// name restores a name that is hidden. One that is not in the map stays.
func (m symbolMap) name(s string) string {
	digits, ok := strings.CutPrefix(strings.TrimLeft(s, "_"), hiddenMark)
	if !ok || !strings.HasPrefix(s, "_") {
		return s
	}
	i, err := strconv.ParseUint(strings.TrimSuffix(digits, "_"), 10, 32)
	if err != nil || i >= uint64(len(m)) {
		return s
	}
	return strings.TrimPrefix(m[i], "\x01")
}

// path restores a path, whose folder and file are hidden one by one.
func (m symbolMap) path(s string) string {
	if !strings.Contains(s, hiddenMark) {
		return s
	}
	var out string
	for i, part := range strings.Split(s, "/") {
		part = m.name(part)
		if i == 0 || strings.HasPrefix(part, "/") {
			out = part
			continue
		}
		out += "/" + part
	}
	return out
}

// A restoredSource is debug information with hidden names.
type restoredSource struct {
	debuginfo.Source
	hidden symbolMap
}

// NewReader returns a reader that restores what it reads.
func (s restoredSource) NewReader() debuginfo.Reader {
	return restoredReader{s.Source.NewReader(), s.hidden}
}

type restoredReader struct {
	debuginfo.Reader
	hidden symbolMap
}

// Read reads unit i and restores its names.
func (r restoredReader) Read(i int, u *debuginfo.Unit) error {
	err := r.Reader.Read(i, u)
	for n := range u.Names {
		u.Names[n].Symbol = r.hidden.name(u.Names[n].Symbol)
	}
	for n := range u.Files {
		u.Files[n] = r.hidden.path(u.Files[n])
	}
	return err
}
