package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

func newInfo() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "info FILE...",
		Short: "Say which build a file is, and what can be learnt from it",
		Long: `Say which build of which program a file is, by the ids that events name it with,
and what is in it: symbols, debug information with functions, lines and inlined
calls, how to unwind the stack, and source files that it carries. Other files that it
goes on in are looked for, and said to be missing where they are.`,
		Example: `  symbolicate info program symbols/.build-id/*/*.debug`,
		Args:    minArgs(1, "the files to look at"),
		RunE: func(cmd *cobra.Command, args []string) error {
			write := func(i info) error { return i.write(cmd.OutOrStdout()) }
			if asJSON {
				write = func(i info) error { return writeJSON(cmd.OutOrStdout(), i) }
			}
			return eachPath(cmd, args, func(path string) error {
				err := tableInfo(path, write)
				if errors.Is(err, symcache.ErrNotSymcache) {
					err = fileInfos(path, write)
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object for each file")
	return cmd
}

// eachPath does something with files one after the other. One that cannot be read
// does not keep the others from their turn.
func eachPath(cmd *cobra.Command, paths []string, do func(path string) error) error {
	var result error
	for _, path := range paths {
		if err := do(path); err != nil {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s: %v\n", cmd.CommandPath(), err)
			result = errReported
		}
	}
	return result
}

// An info is what the command says of a build.
type info interface{ write(out io.Writer) error }

func writeJSON(out io.Writer, i info) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	return e.Encode(i)
}

// fileInfos writes what there is to say of an object file: of one with several
// architectures about each.
func fileInfos(path string, write func(info) error) error {
	file, err := objfile.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	parts, err := file.Slices()
	for _, part := range parts {
		err = errors.Join(err, write(newFileInfo(part)))
	}
	return err
}

// A fileInfo is what the command says of a build in an object file.
type fileInfo struct {
	Path      string   `json:"path"`
	Format    string   `json:"format"`
	Arch      string   `json:"arch"`
	ByteOrder string   `json:"byte_order"`
	CodeID    string   `json:"code_id,omitempty"`
	DebugID   string   `json:"debug_id,omitempty"`
	Base      string   `json:"base"`
	Symbols   int      `json:"symbols"`
	Units     int      `json:"units"`
	DebugSize int      `json:"debug_bytes"`
	DebugKind string   `json:"debug_format,omitempty"`
	Unwind    []string `json:"unwind,omitempty"` // names of sections
	Links     []link   `json:"links,omitempty"`
	Sources   int      `json:"sources,omitempty"`
	Faults    []string `json:"faults,omitempty"`
}

func newFileInfo(file *objfile.File) fileInfo {
	i := fileInfo{
		Path: file.Name(), Format: file.Format().String(), Arch: file.Arch().String(), CodeID: file.CodeID(),
		ByteOrder: file.ByteOrder().String(), Base: fmt.Sprintf("%#x", file.Base()),
	}
	if id := file.DebugID(); !id.IsZero() {
		i.DebugID = id.String()
	}
	symbols, err := file.Symbols()
	i.Symbols = len(symbols)
	i.fault(err)
	info, err := file.DebugInfo()
	i.fault(err)
	if info != nil {
		i.DebugKind = debugKind(file, info)
		i.Units = info.NumUnits()
		for u := range i.Units {
			i.DebugSize += info.UnitSize(u)
		}
	}
	i.Unwind = file.UnwindSections()
	i.Links, err = linksOf(file)
	i.fault(err)
	sources, err := file.Sources()
	i.Sources = len(sources)
	i.fault(err)
	return i
}

func (i *fileInfo) fault(err error) {
	if err != nil {
		i.Faults = append(i.Faults, err.Error())
	}
}

func (i fileInfo) write(out io.Writer) error {
	var b strings.Builder
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-12s"+format+"\n", append([]any{name}, args...)...)
	}
	fmt.Fprintf(&b, "%s\n", visible(i.Path))
	row("format", "%s, %s, %s", i.Format, i.Arch, byteOrders[i.ByteOrder])
	row("code id", "%s", orNone(i.CodeID))
	row("debug id", "%s", orNone(i.DebugID))
	row("base", "%s", i.Base)
	row("symbols", "%d", i.Symbols)
	switch i.Units {
	case 0:
		row("debug info", "none")
	case 1:
		row("debug info", "%s, 1 unit, %s", i.DebugKind, bytesText(i.DebugSize))
	default:
		row("debug info", "%s, %d units, %s", i.DebugKind, i.Units, bytesText(i.DebugSize))
	}
	if len(i.Unwind) > 0 {
		row("unwind", "%s", strings.Join(i.Unwind, ", "))
	}
	writeLinks(row, i.Links)
	switch i.Sources {
	case 0:
	case 1:
		row("sources", "1 embedded file")
	default:
		row("sources", "%d embedded files", i.Sources)
	}
	for _, fault := range i.Faults {
		row("fault", "%s", visible(fault))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

var byteOrders = map[string]string{"LittleEndian": "little-endian", "BigEndian": "big-endian"}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// bytesText writes a size in the unit that gives it two or three digits.
func bytesText(n int) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d bytes", n)
	}
	f, i := float64(n)/unit, 0
	for f >= unit && i < 2 {
		f, i = f/unit, i+1
	}
	return fmt.Sprintf("%.1f %s", f, [...]string{"KiB", "MiB", "GiB"}[i])
}
