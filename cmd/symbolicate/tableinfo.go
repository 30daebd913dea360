package main

import (
	"fmt"
	"io"

	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// A table is what the info command says of a compiled table.
type table struct {
	Path     string   `json:"path"`
	Format   string   `json:"format"`
	Arch     string   `json:"arch"`
	CodeID   string   `json:"code_id,omitempty"`
	DebugID  string   `json:"debug_id,omitempty"`
	Base     string   `json:"base"`
	MadeFrom string   `json:"made_from"`
	Columns  bool     `json:"columns"`
	Faults   []string `json:"faults,omitempty"`
}

// tableInfo writes what there is to say of a compiled table.
func tableInfo(path string, write func(info) error) error {
	cache, err := symcache.OpenFile(path)
	if err != nil {
		return err
	}
	defer cache.Close()
	return cache.Guard(func() error { return write(newTable(path, cache)) })
}

// isTable reports whether a file is a compiled table.
func isTable(path string) bool {
	cache, err := symcache.OpenFile(path)
	if err == nil {
		cache.Close()
	}
	return err == nil
}

func newTable(path string, c *symcache.Cache) table {
	t := table{
		Path: path, Format: "symcache", Arch: c.Arch(), CodeID: c.CodeID(), DebugID: c.DebugID(),
		Base: fmt.Sprintf("%#x", c.Base()), MadeFrom: "symbols", Columns: c.HasColumns(),
	}
	if c.HasDebugInfo() {
		t.MadeFrom = "debug information"
	}
	if err := c.Verify(); err != nil {
		t.Faults = []string{err.Error()}
	}
	return t
}

func (t table) write(out io.Writer) error {
	columns := "without"
	if t.Columns {
		columns = "with"
	}
	_, err := fmt.Fprintf(out, `%s
  format      %s, %s
  code id     %s
  debug id    %s
  base        %s
  made from   %s, %s columns
`, visible(t.Path), t.Format, t.Arch, orNone(t.CodeID), orNone(t.DebugID), t.Base, t.MadeFrom, columns)
	for _, fault := range t.Faults {
		fmt.Fprintf(out, "  fault       %s\n", visible(fault))
	}
	return err
}
