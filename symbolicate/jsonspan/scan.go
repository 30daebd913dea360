package jsonspan

import "bytes"

// inString holds the bytes that a string has as they are. A string's other bytes
// are its closing quote, backslashes and the control characters it may not have.
var inString = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= ' ' && c != '"' && c != '\\'
	}
	return t
}()

// scanString adds the string whose quote is at start and returns the offset
// after it, or where it goes wrong.
func (d *Doc) scanString(start int) (end int, ok bool) {
	text, escaped := d.text, false
	i := start + 1
	for {
		for i < len(text) && inString[text[i]] {
			i++
		}
		switch {
		case i == len(text):
			return i, false
		case text[i] == '"':
			d.add(String, start, i+1)
			d.nodes[len(d.nodes)-1].escaped = escaped
			return i + 1, true
		case text[i] != '\\':
			return i, false // a control character
		}
		n := escapeLen(text[i:])
		if n == 0 {
			return i, false
		}
		escaped = true
		i += n
	}
}

// escapeLen returns the length of the escape sequence that text begins with, 0
// if it is none.
func escapeLen(text []byte) int {
	if len(text) < 2 {
		return 0
	}
	switch text[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(text) < 6 {
			return 0
		}
		for _, c := range text[2:6] {
			if hexValue(c) < 0 {
				return 0
			}
		}
		return 6
	}
	return 0
}

func hexValue(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case 'a' <= c && c <= 'f':
		return rune(c - 'a' + 10)
	case 'A' <= c && c <= 'F':
		return rune(c - 'A' + 10)
	}
	return -1
}

// scanScalar adds the string, number or word at start.
func (d *Doc) scanScalar(start int) (end int, ok bool) {
	switch c := d.text[start]; {
	case c == '"':
		return d.scanString(start)
	case c == '-' || '0' <= c && c <= '9':
		return d.scanNumber(start)
	}
	for _, w := range [...]struct {
		word string
		kind Kind
	}{{"null", Null}, {"true", Bool}, {"false", Bool}} {
		if bytes.HasPrefix(d.text[start:], []byte(w.word)) {
			end = start + len(w.word)
			d.add(w.kind, start, end)
			return end, true
		}
	}
	return start, false
}

// scalarName says what a scalar that begins with c would have to be.
func scalarName(c byte) string {
	switch {
	case c == '"':
		return "a string"
	case c == '-' || '0' <= c && c <= '9':
		return "a number"
	}
	return wants[wantValue]
}

// scanNumber adds the number at start: RFC 8259, section 6.
func (d *Doc) scanNumber(start int) (end int, ok bool) {
	i := start
	if d.text[i] == '-' {
		i++
	}
	if i < len(d.text) && d.text[i] == '0' {
		i++
	} else if i, ok = d.scanDigits(i); !ok {
		return i, false
	}
	if i < len(d.text) && d.text[i] == '.' {
		if i, ok = d.scanDigits(i + 1); !ok {
			return i, false
		}
	}
	if i < len(d.text) && d.text[i]|0x20 == 'e' {
		i++
		if i < len(d.text) && (d.text[i] == '+' || d.text[i] == '-') {
			i++
		}
		if i, ok = d.scanDigits(i); !ok {
			return i, false
		}
	}
	d.add(Number, start, i)
	return i, true
}

// scanDigits returns the offset after a run of one digit or more.
func (d *Doc) scanDigits(i int) (end int, ok bool) {
	start := i
	for i < len(d.text) && '0' <= d.text[i] && d.text[i] <= '9' {
		i++
	}
	return i, i > start
}
