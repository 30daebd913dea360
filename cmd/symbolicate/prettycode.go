package main

import (
	"strconv"
	"strings"

	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// aroundCode is how many lines are shown before and after the one that counts.
const aroundCode = 3

// code writes the source code around the newest frame that has some.
func (p *prettyWriter) code(frames jsonspan.Value) {
	var newest jsonspan.Value
	for frame := range frames.Elements() {
		if frame.Get("context_line").Kind() == jsonspan.String {
			newest = frame
		}
	}
	number, err := strconv.Atoi(newest.Get("lineno").Text())
	if err != nil {
		return
	}
	before, after := texts(newest.Get("pre_context")), texts(newest.Get("post_context"))
	before = before[max(0, len(before)-aroundCode):]
	after = after[:min(len(after), aroundCode)]
	p.WriteByte('\n')
	for i, line := range before {
		p.codeLine(number-len(before)+i, dim, "  ", line)
	}
	p.codeLine(number, bold, "▸ ", newest.Get("context_line").Text())
	for i, line := range after {
		p.codeLine(number+1+i, dim, "  ", line)
	}
}

func texts(list jsonspan.Value) (lines []string) {
	for line := range list.Elements() {
		lines = append(lines, line.Text())
	}
	return lines
}

// codeLine writes a line of source code, whose tabs are four columns.
func (p *prettyWriter) codeLine(number int, color, mark, line string) {
	text := strconv.Itoa(number)
	p.WriteString(strings.Repeat(" ", max(0, 7-len(text))))
	p.put(dim, text)
	if line = strings.TrimRight(strings.ReplaceAll(line, "\t", "    "), " "); line != "" {
		p.put(color, " "+mark+line)
	}
	p.WriteByte('\n')
}
