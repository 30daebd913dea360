package swift

// maxRepeat is how often a compiler repeats one substitution at most.
const maxRepeat = 2048

// substitutions reads what follows A: references to what was there before. A
// lower-case letter is followed by more of them, a number before a letter repeats
// it, and a number before an underscore is an index beyond the letters.
func (p *parser) substitutions() ref {
	repeat, numbered := 0, false
	for {
		switch c := p.next(); {
		case isLower(c):
			if !p.repeat(p.substitution(int(c-'a')), repeat) {
				return none
			}
			repeat, numbered = 0, false
		case isUpper(c):
			r := p.substitution(int(c - 'A'))
			if repeat > 1 && !p.repeat(r, repeat-1) {
				return none
			}
			return r
		case c == '_' && numbered:
			return p.substitution(repeat + 27)
		case c == '_':
			return p.substitution(26)
		case isDigit(c):
			p.pos--
			if repeat, numbered = p.natural(); !numbered {
				return none
			}
		default:
			return none
		}
	}
}

// substitution returns what an index refers to.
func (p *parser) substitution(i int) ref {
	if i >= len(p.subs) {
		return none
	}
	return p.subs[i]
}

// repeat pushes a node as often as told, at least once.
func (p *parser) repeat(r ref, times int) bool {
	if r == none || times > maxRepeat {
		return false
	}
	for range max(times, 1) {
		if !p.push(r) {
			return false
		}
	}
	return true
}

// standardSubstitution reads what follows S: modules and types that have a short name.
func (p *parser) standardSubstitution() ref {
	switch {
	case p.accept('o'):
		return p.leaf(kindModule, objcModule)
	case p.accept('C'):
		return p.leaf(kindModule, clangModule)
	case p.accept('g'):
		types := p.node(node{kind: kindList, text: ", "}, p.popType())
		return p.substitutable(p.of(kindBound, p.standard(kindEnum, "Optional"), types))
	}
	repeat, _ := p.natural()
	table := &standardTypes
	if p.accept('c') {
		table = &concurrencyTypes
	}
	c := p.next()
	if !isLetter(c) || table[c].kind == kindNone {
		return none
	}
	r := p.standard(table[c].kind, table[c].name)
	if repeat > 1 && !p.repeat(r, repeat-1) {
		return none
	}
	return r
}

// A standardType has one letter in a mangling.
type standardType struct {
	kind kind
	name string
}

// standardTypes are the types of S and a letter.
var standardTypes = [128]standardType{
	'A': {kindStructure, "AutoreleasingUnsafeMutablePointer"},
	'B': {kindProtocol, "BinaryFloatingPoint"},
	'D': {kindStructure, "Dictionary"},
	'E': {kindProtocol, "Encodable"},
	'F': {kindProtocol, "FloatingPoint"},
	'G': {kindProtocol, "RandomNumberGenerator"},
	'H': {kindProtocol, "Hashable"},
	'I': {kindStructure, "DefaultIndices"},
	'J': {kindStructure, "Character"},
	'K': {kindProtocol, "BidirectionalCollection"},
	'L': {kindProtocol, "Comparable"},
	'M': {kindProtocol, "MutableCollection"},
	'N': {kindStructure, "ClosedRange"},
	'O': {kindStructure, "ObjectIdentifier"},
	'P': {kindStructure, "UnsafePointer"},
	'Q': {kindProtocol, "Equatable"},
	'R': {kindStructure, "UnsafeBufferPointer"},
	'S': {kindStructure, "String"},
	'T': {kindProtocol, "Sequence"},
	'U': {kindProtocol, "UnsignedInteger"},
	'V': {kindStructure, "UnsafeRawPointer"},
	'W': {kindStructure, "UnsafeRawBufferPointer"},
	'X': {kindProtocol, "RangeExpression"},
	'Y': {kindProtocol, "RawRepresentable"},
	'Z': {kindProtocol, "SignedInteger"},
	'a': {kindStructure, "Array"},
	'b': {kindStructure, "Bool"},
	'd': {kindStructure, "Double"},
	'e': {kindProtocol, "Decodable"},
	'f': {kindStructure, "Float"},
	'h': {kindStructure, "Set"},
	'i': {kindStructure, "Int"},
	'j': {kindProtocol, "Numeric"},
	'k': {kindProtocol, "RandomAccessCollection"},
	'l': {kindProtocol, "Collection"},
	'm': {kindProtocol, "RangeReplaceableCollection"},
	'n': {kindStructure, "Range"},
	'p': {kindStructure, "UnsafeMutablePointer"},
	'q': {kindEnum, "Optional"},
	'r': {kindStructure, "UnsafeMutableBufferPointer"},
	's': {kindStructure, "Substring"},
	't': {kindProtocol, "IteratorProtocol"},
	'u': {kindStructure, "UInt"},
	'v': {kindStructure, "UnsafeMutableRawPointer"},
	'w': {kindStructure, "UnsafeMutableRawBufferPointer"},
	'x': {kindProtocol, "Strideable"},
	'y': {kindProtocol, "StringProtocol"},
	'z': {kindProtocol, "BinaryInteger"},
}

// concurrencyTypes are the types of Sc and a letter.
var concurrencyTypes = [128]standardType{
	'A': {kindProtocol, "Actor"},
	'C': {kindStructure, "CheckedContinuation"},
	'E': {kindStructure, "CancellationError"},
	'F': {kindProtocol, "Executor"},
	'G': {kindStructure, "TaskGroup"},
	'I': {kindProtocol, "AsyncIteratorProtocol"},
	'J': {kindStructure, "UnownedJob"},
	'M': {kindClass, "MainActor"},
	'P': {kindStructure, "TaskPriority"},
	'S': {kindStructure, "AsyncStream"},
	'T': {kindStructure, "Task"},
	'c': {kindStructure, "UnsafeContinuation"},
	'e': {kindStructure, "UnownedSerialExecutor"},
	'f': {kindProtocol, "SerialExecutor"},
	'g': {kindStructure, "ThrowingTaskGroup"},
	'h': {kindProtocol, "TaskExecutor"},
	'i': {kindProtocol, "AsyncSequence"},
	's': {kindStructure, "AsyncThrowingStream"},
	't': {kindStructure, "UnsafeCurrentTask"},
}
