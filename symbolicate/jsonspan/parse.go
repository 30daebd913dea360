package jsonspan

// A state says what may come next.
type state uint8

const (
	wantValue        state = iota
	wantFirstElement       // or "]"
	wantFirstKey           // or "}"
	wantKey
	wantColon
	wantSeparator // "," or the end of what is open
)

var wants = [...]string{
	wantValue:        "a value",
	wantFirstElement: "a value or ]",
	wantFirstKey:     "a key or }",
	wantKey:          "a key",
	wantColon:        ":",
	wantSeparator:    "a comma or the end",
}

// Parse makes d the parsed text. The text must not change while d is in use.
// The error is a [*SyntaxError]; after it d holds no value.
func (d *Doc) Parse(text []byte) error {
	d.text, d.nodes, d.open = text, d.nodes[:0], d.open[:0]
	if len(text) > maxText {
		return d.fail(maxText, "a shorter text")
	}
	want := wantValue
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			i++
		case c == '"' && (want == wantKey || want == wantFirstKey):
			end, ok := d.scanString(i)
			if !ok {
				return d.fail(end, scalarName(c))
			}
			i, want = end, wantColon
		case c == ':' && want == wantColon:
			i, want = i+1, wantValue
		case c == ',' && want == wantSeparator && len(d.open) > 0:
			i, want = i+1, d.afterComma()
		case (c == '}' || c == ']') && d.closes(c, want):
			i++
			d.close(i)
			want = wantSeparator
		case want > wantFirstElement:
			return d.fail(i, wants[want])
		case c == '{' || c == '[':
			if len(d.open) == maxDepth {
				return d.fail(i, "fewer levels")
			}
			want = d.descend(c, i)
			i++
		default:
			end, ok := d.scanScalar(i)
			if !ok {
				return d.fail(end, scalarName(c))
			}
			i, want = end, wantSeparator
		}
	}
	if want != wantSeparator || len(d.open) > 0 {
		return d.fail(len(text), wants[want])
	}
	return nil
}

func (d *Doc) fail(offset int, want string) error {
	d.nodes = d.nodes[:0]
	return &SyntaxError{offset, want}
}

// add appends a node that has nothing inside it yet.
func (d *Doc) add(kind Kind, start, end int) {
	d.nodes = append(d.nodes, node{int32(start), int32(end), int32(len(d.nodes) + 1), kind, false})
}

// descend opens the array or object that begins with c at offset i.
func (d *Doc) descend(c byte, i int) state {
	d.open = append(d.open, int32(len(d.nodes)))
	if c == '{' {
		d.add(Object, i, i)
		return wantFirstKey
	}
	d.add(Array, i, i)
	return wantFirstElement
}

// innermost returns what is open around the current place.
func (d *Doc) innermost() *node { return &d.nodes[d.open[len(d.open)-1]] }

func (d *Doc) afterComma() state {
	if d.innermost().kind == Object {
		return wantKey
	}
	return wantValue
}

// closes reports whether c ends what is open.
func (d *Doc) closes(c byte, want state) bool {
	if len(d.open) == 0 {
		return false
	}
	if d.innermost().kind == Object {
		return c == '}' && (want == wantFirstKey || want == wantSeparator)
	}
	return c == ']' && (want == wantFirstElement || want == wantSeparator)
}

// close ends what is open just before offset end.
func (d *Doc) close(end int) {
	n := d.innermost()
	n.end, n.next = int32(end), int32(len(d.nodes))
	d.open = d.open[:len(d.open)-1]
}
