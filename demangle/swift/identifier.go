package swift

import "strings"

// The modules that have no name of their own in a mangling.
const (
	stdlib      = "Swift"
	objcModule  = "__C"             // declarations imported from Objective-C and C
	clangModule = "__C_Synthesized" // what the importer adds to them
)

// identifier reads a name: its length and its characters.
//
// After "0" letters and lengths alternate: a letter is a word of an earlier
// identifier, and the last of them is a capital. After "00" the name is in Punycode.
func (p *parser) identifier() ref {
	var text string
	var ok bool
	switch {
	case !isDigit(p.peek()):
		return none
	case !p.accept('0'):
		text, ok = p.literal()
	case p.accept('0'):
		text, ok = p.punycode()
	default:
		text, ok = p.withWords()
	}
	if !ok {
		return none
	}
	return p.substitutable(p.leaf(kindIdentifier, text))
}

// literal reads a length and as many characters, and notes the words in them.
func (p *parser) literal() (string, bool) {
	n, _ := p.natural()
	text, ok := p.take(n)
	p.noteWords(text)
	return text, ok
}

// punycode reads a length and as many characters in Punycode. An underscore
// parts them if they begin with a digit.
func (p *parser) punycode() (string, bool) {
	n, _ := p.natural()
	p.accept('_')
	code, ok := p.take(n)
	if !ok {
		return "", false
	}
	return p.decode(code)
}

// decode decodes Punycode.
func (t *tree) decode(code string) (string, bool) {
	text, ok := decodePunycode(code)
	return text, ok && t.spend(len(text))
}

// withWords reads an identifier in pieces, some of them words that were there before.
func (p *parser) withWords() (string, bool) {
	var text strings.Builder
	for more := true; more; {
		for more && isLetter(p.peek()) {
			c := p.next()
			more = isLower(c)
			word := int(c|0x20) - 'a'
			if word >= p.nwords || !p.spend(len(p.words[word])) {
				return "", false
			}
			text.WriteString(p.words[word])
		}
		if p.accept('0') {
			break
		}
		piece, ok := p.literal()
		if !ok || !p.spend(len(piece)) {
			return "", false
		}
		text.WriteString(piece)
	}
	return text.String(), text.Len() > 0
}

// noteWords keeps the words of an identifier for later ones. A word begins at a
// character that is no digit and no underscore, and ends before an underscore and
// before a capital that follows anything but a capital.
func (p *parser) noteWords(text string) {
	start := -1
	for i := 0; i <= len(text) && p.nwords < maxWords; i++ {
		var c byte
		if i < len(text) {
			c = text[i]
		}
		if start >= 0 && (c == 0 || c == '_' || isUpper(c) && !isUpper(text[i-1])) {
			if i-start >= 2 {
				p.words[p.nwords] = text[start:i]
				p.nwords++
			}
			start = -1
		}
		if start < 0 && c != 0 && c != '_' && !isDigit(c) {
			start = i
		}
	}
}

// operatorName makes an operator of an identifier.
func (p *parser) operatorName() ref {
	name := p.pop(kindIdentifier)
	if name == none {
		return none
	}
	return p.operatorOf(p.str(name), p.next())
}

// operatorChars are the characters that the letters a to z stand for in the name
// of an operator; a space is none.
const operatorChars = "& @/= >    <*!|+?%-~   ^ ."

// operatorOf makes an operator of its mangled name and the letter of its fixity.
func (t *tree) operatorOf(name string, fixity byte) ref {
	text := make([]byte, 0, len(name)+len(" postfix"))
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 0x80:
			text = append(text, c)
		case !isLower(c) || operatorChars[c-'a'] == ' ':
			return none
		default:
			text = append(text, operatorChars[c-'a'])
		}
	}
	switch fixity {
	case 'i':
		text = append(text, " infix"...)
	case 'p':
		text = append(text, " prefix"...)
	case 'P':
		text = append(text, " postfix"...)
	default:
		return none
	}
	if !t.spend(len(text)) {
		return none
	}
	return t.leaf(kindOperator, string(text))
}

// localName reads the kinds of names that tell declarations of the same name apart.
func (p *parser) localName() ref {
	switch c := p.peek(); {
	case p.accept('L'):
		file := p.pop(kindIdentifier)
		return p.privateName(file, p.popName())
	case p.accept('l'):
		file := p.pop(kindIdentifier)
		if file == none {
			return none
		}
		return p.leaf(kindPrivateName, p.str(file))
	case 'a' <= c && c <= 'j' || 'A' <= c && c <= 'J':
		p.pos++
		return p.node(node{kind: kindRelatedName, text: p.in[p.pos-1 : p.pos]}, p.popNode())
	}
	n, ok := p.index()
	if !ok {
		return none
	}
	return p.node(node{kind: kindLocalName, num: int64(n)}, p.popName())
}

// privateName makes a name that is private to a file.
func (t *tree) privateName(file, name ref) ref {
	if file == none {
		return none
	}
	return t.node(node{kind: kindPrivateName, text: t.str(file)}, name)
}
