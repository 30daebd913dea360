package breakpad

import (
	"fmt"
	"path"
	"strings"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// picture writes down what a unit holds: functions with their inlined calls, and
// then the rows.
func picture(u *debuginfo.Unit) string {
	var b strings.Builder
	ranges := func(s debuginfo.Span) {
		for _, r := range u.Ranges[s.First:s.End] {
			fmt.Fprintf(&b, " %x-%x", r.Start, r.End)
		}
		b.WriteByte('\n')
	}
	for _, f := range u.Functions {
		fmt.Fprintf(&b, "%x %s", f.Entry, u.Names[f.Name].Symbol)
		ranges(f.Ranges)
		for _, in := range u.Inlines[f.Inlines.First:f.Inlines.End] {
			fmt.Fprintf(&b, "%s%s from %s:%d", strings.Repeat(" ", int(in.Depth)), u.Names[in.Name].Symbol, baseName(u, in.CallFile), in.CallLine)
			ranges(in.Ranges)
		}
	}
	var rows []string
	for _, r := range u.Rows {
		if r.End {
			rows = append(rows, fmt.Sprintf("%x end", r.Addr))
		} else {
			rows = append(rows, fmt.Sprintf("%x %s:%d", r.Addr, baseName(u, r.File), r.Line))
		}
	}
	if len(rows) > 0 {
		b.WriteString("row " + strings.Join(rows, ", ") + "\n")
	}
	return b.String()
}

// baseName returns the name of a file of the unit, empty for none.
func baseName(u *debuginfo.Unit, file uint32) string {
	if file == 0 {
		return ""
	}
	return path.Base(u.Files[file])
}
