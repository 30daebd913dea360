package demangle

import (
	"bytes"
	"strings"
)

// shortenPath shortens the name of a function as C++ and languages like it
// write one: words before it, its scopes, parameters, and what trails them.
func shortenPath(name string, depth int) string {
	if depth == maxNested {
		return name
	}
	for _, thunk := range thunks {
		if rest, ok := strings.CutPrefix(name, thunk); ok {
			return shortenPath(rest, depth+1)
		}
	}
	if rest, ok := strings.CutPrefix(name, "invocation function for block in "); ok {
		return "block in " + shortenPath(rest, depth+1)
	}
	for _, data := range dataWords {
		if rest, ok := strings.CutPrefix(name, data); ok {
			return data + shortenPath(rest, depth+1)
		}
	}
	p := path{in: name, depth: depth, out: make([]byte, 0, min(len(name), 2*MaxShort))}
	for p.at < len(name) && !p.done {
		p.step()
	}
	return cutHash(cutQualifier(string(p.out)))
}

// maxNested bounds how often a name holds another that is shortened by itself.
const maxNested = 32

// thunks are what stands before the name of the function that a stub leads to.
var thunks = []string{
	"non-virtual thunk to ", "virtual thunk to ", "covariant return thunk to ", "transaction clone for ",
	"non-transaction clone for ", "hidden alias for ",
}

// dataWords are what stands before a name to say what is made for it.
var dataWords = []string{
	"vtable for ", "VTT for ", "typeinfo for ", "typeinfo name for ", "typeinfo fn for ", "construction vtable for ",
	"guard variable for ", "reference temporary for ", "TLS init function for ", "TLS wrapper function for ",
	"template parameter object for ", "initializer for module ", "global constructors keyed to ",
	"global destructors keyed to ",
}

// A path is a name that is being shortened. What was written since the last
// word began is the name so far.
type path struct {
	in     string
	at     int
	out    []byte
	depth  int
	params bool // parameters were read, so that what follows trails them
	done   bool
	broken bool // a bracket is not closed, so that brackets mean nothing more
}

// special are the bytes that can begin a piece of a name that is not copied.
var special = [256]bool{
	'o': true, 'l': true, ' ': true, '(': true, ')': true, '<': true, '{': true, '`': true, '\'': true, '$': true,
	'?': true, '!': true, '[': true, ':': true,
}

// copied returns how many bytes come next that are copied.
func (p *path) copied() int {
	n := p.at
	for n < len(p.in) && (!special[p.in[n]] || n > 0 && isWord(p.in[n]) && isWord(p.in[n-1])) {
		n++
	}
	return n - p.at
}

// step reads one piece of the name.
func (p *path) step() {
	rest := p.in[p.at:]
	if n := p.copied(); n > 0 {
		p.write(rest[:n], n)
		return
	}
	switch c := rest[0]; c {
	case 'o':
		if n := operatorLen(rest); n > 0 && !p.inWord() {
			p.operator(n)
			return
		}
	case ' ':
		p.space()
		return
	case '(':
		p.parenthesis()
		return
	case ')':
		p.done = true
		return
	case '<':
		p.angle()
		return
	case '{':
		p.brace()
		return
	case '`':
		p.quoted()
		return
	case '\'', '$', 'l', '?':
		if plain, n := compilerName(rest); n > 0 && (c == '\'' || c == '?' || !p.inWord()) {
			p.write(plain, n)
			return
		}
	case '!': // template arguments of D
		if strings.HasPrefix(rest, "!(") {
			p.at++
			if end := p.closing(); end > 0 {
				p.write("!(T)", end+1-p.at)
				return
			}
			p.at--
		}
	case '[':
		if end := p.closing(); end > 0 {
			p.write(p.in[p.at:end+1], end+1-p.at)
			return
		}
	case ':':
		p.params = false
	}
	p.write(rest[:1], 1)
}

// closing returns where the bracket at this place is closed, or -1. Looking for
// that takes a walk over all of a name once at most: a second bracket that is
// not closed is not looked for.
func (p *path) closing() int {
	if p.broken {
		return -1
	}
	end := closing(p.in, p.at)
	p.broken = end < 0
	return end
}

// write writes text in place of the next n bytes.
func (p *path) write(text string, n int) {
	p.out = append(p.out, text...)
	p.at += n
}

// inWord reports whether the byte before this place belongs to a word.
func (p *path) inWord() bool { return p.at > 0 && isWord(p.in[p.at-1]) }

// space reads a space: behind parameters it begins what trails them; before
// parameters or within an operator it means nothing; else a word ends that is
// not the name.
func (p *path) space() {
	rest := strings.TrimLeft(p.in[p.at:], " ")
	p.at = len(p.in) - len(rest)
	switch {
	case rest == "" || strings.HasPrefix(rest, ": ") || strings.HasPrefix(rest, "[enable_if:") || strings.HasPrefix(rest, "-> "):
		p.done = true
	case strings.HasPrefix(rest, "`RTTI "):
		p.out = append(p.out, ' ')
	case strings.HasPrefix(rest, "(anonymous "):
		p.out = p.out[:0]
	case rest[0] == '(' && len(p.out) > 0 && !isTypeOperator(p.out):
	case p.params:
		p.trailer(rest)
	default:
		p.out = p.out[:0]
	}
}

// isTypeOperator reports whether what was written is a word whose parentheses
// hold an expression, not parameters.
func isTypeOperator(out []byte) bool {
	switch string(out) {
	case "decltype", "noexcept", "typeof":
		return true
	}
	return false
}

// trailer reads a qualifier behind parameters. If a scope's parameters are
// meant, the name goes on behind it.
func (p *path) trailer(rest string) {
	for {
		word := len(rest)
		if i := strings.IndexAny(rest, " :"); i >= 0 {
			word = i
		}
		switch rest[:word] {
		case "const", "volatile", "restrict", "&", "&&", "noexcept":
		default:
			p.done = true
			return
		}
		p.at += word
		rest = rest[word:]
		if strings.HasPrefix(rest, "::") {
			return
		}
		if !strings.HasPrefix(rest, " ") {
			p.done = true
			return
		}
		rest = rest[1:]
		p.at++
	}
}

// parenthesis reads parameters, or a namespace without a name.
func (p *path) parenthesis() {
	rest := p.in[p.at:]
	end := p.closing()
	switch {
	case end < 0:
		p.write("(", 1)
	case strings.HasPrefix(rest, "(*") || strings.HasPrefix(rest, "(&"): // the result is a pointer to a function
		p.at = len(p.in) - len(strings.TrimLeft(rest, "(*& "))
		p.out = p.out[:0]
	case strings.HasPrefix(rest, "(anonymous "):
		p.write(p.in[p.at:end+1], end+1-p.at)
	case strings.HasPrefix(rest, "(extension in ") && strings.HasPrefix(p.in[end+1:], ":"):
		p.at = end + 2
	case isTypeOperator(p.out):
		p.out = p.out[:0]
		p.at = end + 1
	case len(p.out) == 0:
		p.write(p.in[p.at:end+1], end+1-p.at)
	default:
		p.at, p.params = end+1, true
	}
}

// angle reads template arguments, or a name that compilers write in angles.
func (p *path) angle() {
	end := p.closing()
	if end < 0 {
		p.write("<", 1)
		return
	}
	inner := p.in[p.at+1 : end]
	scoped := bytes.HasSuffix(p.out, []byte("::"))
	switch {
	case strings.HasPrefix(inner, "lambda_") && scoped:
		p.write("lambda", end+1-p.at)
	case strings.HasPrefix(inner, "lambda_") && len(p.out) == 0:
		p.write("<lambda>", end+1-p.at)
	case len(p.out) == 0 || scoped && strings.HasPrefix(inner, "unnamed-"):
		p.write(p.in[p.at:end+1], end+1-p.at)
	default:
		p.write("<T>", end+1-p.at)
	}
}

// brace reads a name that compilers write in braces; lambdas lose their details.
func (p *path) brace() {
	end := p.closing()
	switch {
	case end < 0:
		p.write("{", 1)
	case strings.HasPrefix(p.in[p.at:], "{lambda"):
		p.write("lambda", end+1-p.at)
	default:
		p.write(p.in[p.at:end+1], end+1-p.at)
	}
}

// quoted reads a scope that MSVC quotes: a function, whose short name is
// written, a block's number, which is not, or words.
func (p *path) quoted() {
	end := -1
	if !p.broken {
		end = closingQuote(p.in, p.at)
	}
	if end < 0 {
		p.broken = true
		p.write("`", 1)
		return
	}
	inner := p.in[p.at+1 : end]
	switch {
	case isNumber(inner):
		p.at = end + 1
		if strings.HasPrefix(p.in[p.at:], "::") {
			p.at += 2
		}
	case strings.Contains(inner, "(") && !strings.HasPrefix(inner, "dynamic "):
		p.write(shortenPath(inner, p.depth+1), end+1-p.at)
	default:
		p.write(p.in[p.at:end+1], end+1-p.at)
	}
}

// closingQuote returns where the quote at s[i] is closed, or -1.
func closingQuote(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '`':
			depth++
		case '\'':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// operator reads the name of an operator function, which is n bytes long, and
// the template arguments behind it.
func (p *path) operator(n int) {
	p.write(p.in[p.at:p.at+n], n)
	rest := p.in[p.at:]
	switch {
	case strings.HasPrefix(rest, " <"):
		p.write(" ", 1)
		p.angle()
	case n == len("operator") && strings.HasPrefix(rest, " "): // a conversion: its type is the name
		end := strings.IndexByte(rest, '(')
		if end < 0 {
			end = len(rest)
		}
		p.write(shortenType(rest[:end]), end)
	}
}

// shortenType shortens the arguments of templates in a type.
func shortenType(t string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(t, '<')
		if i < 0 {
			break
		}
		end := closing(t, i)
		if end < 0 {
			break
		}
		b.WriteString(t[:i])
		b.WriteString("<T>")
		t = t[end+1:]
	}
	b.WriteString(t)
	return b.String()
}

// symbols are the operators of C++, longer ones first.
var symbols = []string{
	"->*", "<<=", ">>=", "<=>", "()", "[]", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=", "-=",
	"*=", "/=", "%=", "^=", "&=", "|=", "+", "-", "*", "/", "%", "^", "&", "|", "~", "!", "=", "<", ">", ",",
}

// operatorWords are the operators that are words.
var operatorWords = []string{" new[]", " delete[]", " new", " delete", " co_await"}

// operatorLen returns the length of the name of an operator function that s
// begins with, or 0. For a conversion that is only the keyword.
func operatorLen(s string) int {
	const keyword = "operator"
	rest, ok := strings.CutPrefix(s, keyword)
	if !ok || rest == "" || isWord(rest[0]) {
		return 0
	}
	if literal, ok := strings.CutPrefix(rest, `"" `); ok {
		n := 0
		for n < len(literal) && isWord(literal[n]) {
			n++
		}
		return len(keyword) + len(`"" `) + n
	}
	for _, word := range operatorWords {
		if after, ok := strings.CutPrefix(rest, word); ok && (after == "" || !isWord(after[0])) {
			return len(keyword) + len(word)
		}
	}
	for _, symbol := range symbols {
		if after, ok := strings.CutPrefix(rest, symbol); ok {
			if symbol == "<<" && after != "" && isWord(after[0]) { // operator< with arguments
				return len(keyword) + 1
			}
			return len(keyword) + len(symbol)
		}
	}
	if rest[0] == ' ' {
		return len(keyword)
	}
	return 0
}

// compilerName returns what is written for a name that a compiler made, and the
// length of that at the start of s: 'lambda0' of LLVM, $_0 of clang, and of MSVC
// lambda_ and ?A0x with a hash. The length is 0 if there is none.
func compilerName(s string) (plain string, n int) {
	if after, ok := strings.CutPrefix(s, "'lambda"); ok {
		if after = after[digitsLen(after):]; strings.HasPrefix(after, "'") {
			return "lambda", len(s) - len(after) + 1
		}
	}
	if number, ok := strings.CutPrefix(s, "$_"); ok && digitsLen(number) > 0 {
		return "lambda", len("$_") + digitsLen(number)
	}
	const hash = 32
	if after, ok := strings.CutPrefix(s, "lambda_"); ok && len(after) >= hash && isHex(after[:hash]) {
		return "lambda", len("lambda_") + hash
	}
	if after, ok := strings.CutPrefix(s, "?A0x"); ok {
		return "`anonymous namespace'", len(s) - len(strings.TrimLeft(after, "0123456789abcdefABCDEF"))
	}
	return "", 0
}

// digitsLen returns how many digits s begins with.
func digitsLen(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }

// isNumber reports whether s is digits.
func isNumber(s string) bool { return s != "" && digitsLen(s) == len(s) }

// cutQualifier removes a qualifier that stands alone behind a scope.
func cutQualifier(name string) string {
	scope, ok := strings.CutSuffix(name, "const")
	if ok && (scope == "" || strings.HasSuffix(scope, "::")) {
		return scope
	}
	return name
}
