package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestWriteLinks(t *testing.T) {
	var links []link
	for i := range mostLinks + 3 {
		l := link{Kind: linkSplit, Name: fmt.Sprintf("%d.dwo", i)}
		if i%2 == 0 {
			l.Path = "x/" + l.Name
		}
		links = append(links, l)
	}
	for _, tt := range []struct {
		n, rows int
		last    string
	}{
		{0, 0, ""},
		{mostLinks, mostLinks, "split file: 7.dwo, missing"},
		{mostLinks + 1, mostLinks + 1, ": and 1 more, 0 of them missing"},
		{mostLinks + 3, mostLinks + 1, ": and 3 more, 1 of them missing"},
	} {
		var rows []string
		writeLinks(func(name, format string, args ...any) {
			rows = append(rows, name+": "+fmt.Sprintf(format, args...))
		}, links[:tt.n])
		if len(rows) != tt.rows || tt.n > 0 && rows[len(rows)-1] != tt.last {
			t.Errorf("%d links:\n%s", tt.n, strings.Join(rows, "\n"))
		}
	}
}
