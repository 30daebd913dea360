package main

import (
	"fmt"
	"strconv"
	"strings"
)

// A query is what one line of input asks: about code at an address, about data
// at one, or about a symbol.
//
//	query = [ "CODE " | "DATA " ] [ module ] ( address | symbol [ "+" offset ] )
//	module = [ "FILE:" ] path | "BUILDID:" hex, in quotes where it has spaces
//
// The module is there exactly when the command line names none.
type query struct {
	data    bool
	path    string // of the module, "" unless the line names it so
	buildID string // of the module, "" unless the line names it so
	addr    uint64 // as asked, where symbol is empty
	symbol  string
	offset  uint64 // from the symbol
}

// A queryParser knows what lines look like.
type queryParser struct {
	needModule bool // lines name the module, because the command line does not
	hex        bool // addresses are hexadecimal without a prefix too, before they are symbols, as addr2line has it
}

// parse takes a line apart. After an error the query still says which module
// was meant, where that is known.
func (p queryParser) parse(line string) (query, error) {
	var q query
	rest := strings.TrimSpace(line)
	if after, ok := strings.CutPrefix(rest, "CODE "); ok {
		rest = after
	} else if after, ok := strings.CutPrefix(rest, "DATA "); ok {
		q.data, rest = true, after
	}
	rest, err := p.module(&q, strings.TrimSpace(rest))
	if err != nil {
		return q, err
	}
	word, _, _ := strings.Cut(rest, " ")
	switch {
	case word == "":
		return q, fmt.Errorf("%q names no address", line)
	case isDigit(word[0]):
		q.addr, err = p.address(word)
		return q, err
	case p.hex:
		if q.addr, err = p.address(word); err == nil {
			return q, nil
		}
	}
	name, offset, ok := strings.Cut(word, "+")
	if q.symbol = name; !ok {
		return q, nil
	}
	q.offset, err = p.address(offset)
	return q, err
}

// module takes the module off the front of a line.
func (p queryParser) module(q *query, rest string) (string, error) {
	path, isFile := strings.CutPrefix(rest, "FILE:")
	id, isID := strings.CutPrefix(rest, "BUILDID:")
	switch {
	case !p.needModule && (isFile || isID):
		return "", fmt.Errorf("%q names a module, and the command line has one already", rest)
	case !p.needModule:
		return rest, nil
	case isID:
		q.buildID, rest, _ = strings.Cut(id, " ")
		q.buildID = strings.ToLower(q.buildID)
		return strings.TrimSpace(rest), nil
	}
	q.path, rest = cutPath(path)
	if q.path == "" || rest == "" {
		return "", fmt.Errorf("%q does not name a module and an address in it", path)
	}
	return rest, nil
}

// cutPath splits off a path, which is in quotes if it has spaces.
func cutPath(s string) (path, rest string) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if path, rest, ok := strings.Cut(s[1:], s[:1]); ok {
			return path, strings.TrimSpace(rest)
		}
	}
	path, rest, _ = strings.Cut(s, " ")
	return path, strings.TrimSpace(rest)
}

// address reads a number: decimal, or hexadecimal after 0x or where everything is.
func (p queryParser) address(s string) (uint64, error) {
	base, digits := 10, s
	if after, ok := strings.CutPrefix(strings.ToLower(s), "0x"); ok {
		base, digits = 16, after
	} else if p.hex {
		base = 16
	}
	v, err := strconv.ParseUint(digits, base, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not an address", s)
	}
	return v, nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
