package msvc

// stringLiteral takes a string constant: its first 32 bytes.
//
//	string = ( "0" | "1" ) number crc "@" { character } "@"    // 1: wchar_t
//
// The number is the length in bytes, with the terminator.
func (p *parser) stringLiteral() ref {
	wide := p.peek() == '1'
	if !p.eat('0') && !p.eat('1') {
		return p.fail()
	}
	size := p.unsigned()
	p.until() // the checksum
	n := node{kind: kindString, a: ref(len(p.text))}
	switch {
	case p.rest == "":
		return p.fail()
	case wide:
		p.wideString(&n, size)
	default:
		p.narrowString(&n, size)
	}
	n.b = ref(len(p.text))
	return p.add(n)
}

// wideString takes characters of two bytes, the high one first.
func (p *parser) wideString(n *node, size uint64) {
	n.text = "L"
	if size < 2 {
		p.fail()
	}
	if size > 64 {
		n.code = 1
	}
	for ; !p.eat('@') && !p.failed; size -= 2 {
		if size == 0 || size%2 != 0 {
			p.fail()
			return
		}
		high := p.character()
		c := uint32(high)<<8 | uint32(p.character())
		if size != 2 || n.code != 0 {
			p.text = appendEscaped(p.text, c)
		}
	}
}

// maxString bounds the bytes of a string. Compilers write 32; some wrote 32
// characters of up to 4 bytes.
const maxString = 32 * 4

// narrowString takes a string of char, char16_t or char32_t. Nothing but its
// zeros tells which.
func (p *parser) narrowString(n *node, size uint64) {
	var buf [maxString]byte
	b := buf[:0]
	for !p.eat('@') && !p.failed {
		if len(b) == maxString {
			p.fail()
			return
		}
		b = append(b, p.character())
	}
	if size < 1 || p.failed {
		p.fail()
		return
	}
	if size > uint64(len(b)) {
		n.code = 1
	}
	width := characterWidth(b, size)
	n.text = [...]string{1: "", 2: "u", 4: "U"}[width]
	for ; len(b) >= width; b = b[width:] {
		if len(b) < 2*width && n.code == 0 {
			break // the terminator
		}
		var c uint32
		for i := range width {
			c |= uint32(b[i]) << (8 * i)
		}
		p.text = appendEscaped(p.text, c)
	}
}

// characterWidth guesses the bytes of a character of a string of size bytes,
// which begins with b: by the terminator if b is all of it, and else by how many
// bytes are zero, as most text is ASCII.
func characterWidth(b []byte, size uint64) int {
	if size%2 != 0 {
		return 1
	}
	if size < 32 {
		zeros := 0
		for zeros < len(b) && b[len(b)-1-zeros] == 0 {
			zeros++
		}
		switch {
		case zeros >= 4 && size%4 == 0:
			return 4
		case zeros >= 2:
			return 2
		}
		return 1
	}
	zeros := 0
	for _, c := range b {
		if c == 0 {
			zeros++
		}
	}
	switch {
	case zeros >= 2*len(b)/3 && size%4 == 0:
		return 4
	case zeros >= len(b)/3:
		return 2
	}
	return 1
}

// character takes a byte of a string.
//
//	character = "?$" 2 "A".."P" | "?" digit | "?" letter | byte
func (p *parser) character() byte {
	if !p.eat('?') {
		return p.next()
	}
	switch c := p.next(); {
	case c == '$':
		high, low := p.next()-'A', p.next()-'A'
		if high > 15 || low > 15 {
			p.fail()
			return 0
		}
		return high<<4 | low
	case isDigit(c):
		return ",/\\:. \n\t'-"[c-'0']
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		return c | 0x80
	}
	p.fail()
	return 0
}

// appendEscaped appends a character as C++ writes it in a literal.
func appendEscaped(b []byte, c uint32) []byte {
	const named = "0------abtnvfr"
	switch {
	case c < uint32(len(named)) && named[c] != '-':
		return append(b, '\\', named[c])
	case c == '\'' || c == '"' || c == '\\':
		return append(b, '\\', byte(c))
	case ' ' <= c && c < 0x7f:
		return append(b, byte(c))
	}
	b = append(b, `\x`...)
	const digits = "0123456789ABCDEF"
	for shift := 24; shift >= 0; shift -= 8 {
		if v := c >> shift; v != 0 {
			b = append(b, digits[v>>4&15], digits[v&15])
		}
	}
	return b
}
