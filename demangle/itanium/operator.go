package itanium

import "strings"

// A precedence orders operators from those that bind tightest.
type precedence uint8

const (
	precPrimary precedence = iota
	precPostfix
	precUnary
	precCast
	precPointer
	precMultiply
	precAdd
	precShift
	precSpaceship
	precRelation
	precEqual
	precAnd
	precXor
	precOr
	precLogicalAnd
	precLogicalOr
	precConditional
	precAssign
	precComma
	precDefault
)

// A form says how an operator is read and written in an expression.
type form uint8

const (
	formNone form = iota // it only names an operator function
	formUnary
	formPostfix // after its operand, or before it if _ precedes that
	formBinary
	formSubscript
	formAccess
	formCall
	formCallPlain // a call whose function's name stands in parentheses
	formNew
	formDelete
	formTernary
	formCast
	formOfType // text (type)
	formOfExpr // text (expression)
)

// An operator has a code of two letters.
type operator struct {
	text string
	form form
	prec precedence
	bits uint16
}

var operators = map[string]operator{
	"aN": {"&=", formBinary, precAssign, 0},
	"aS": {"=", formBinary, precAssign, 0},
	"aa": {"&&", formBinary, precLogicalAnd, 0},
	"ad": {"&", formUnary, precUnary, 0},
	"an": {"&", formBinary, precAnd, 0},
	"at": {"alignof ", formOfType, precUnary, 0},
	"aw": {"co_await ", formUnary, precUnary, 0},
	"az": {"alignof ", formOfExpr, precUnary, 0},
	"cc": {"const_cast", formCast, precPostfix, 0},
	"cl": {"()", formCall, precPostfix, 0},
	"cm": {",", formBinary, precComma, 0},
	"co": {"~", formUnary, precUnary, 0},
	"cp": {"()", formCallPlain, precPostfix, 0},
	"dV": {"/=", formBinary, precAssign, 0},
	"da": {"delete[]", formDelete, precUnary, markArray},
	"dc": {"dynamic_cast", formCast, precPostfix, 0},
	"de": {"*", formUnary, precUnary, 0},
	"dl": {"delete", formDelete, precUnary, 0},
	"ds": {".*", formAccess, precPointer, 0},
	"dt": {".", formAccess, precPostfix, 0},
	"dv": {"/", formBinary, precMultiply, 0},
	"eO": {"^=", formBinary, precAssign, 0},
	"eo": {"^", formBinary, precXor, 0},
	"eq": {"==", formBinary, precEqual, 0},
	"ge": {">=", formBinary, precRelation, 0},
	"gt": {">", formBinary, precRelation, 0},
	"ix": {"[]", formSubscript, precPostfix, 0},
	"lS": {"<<=", formBinary, precAssign, 0},
	"le": {"<=", formBinary, precRelation, 0},
	"ls": {"<<", formBinary, precShift, 0},
	"lt": {"<", formBinary, precRelation, 0},
	"mI": {"-=", formBinary, precAssign, 0},
	"mL": {"*=", formBinary, precAssign, 0},
	"mi": {"-", formBinary, precAdd, 0},
	"ml": {"*", formBinary, precMultiply, 0},
	"mm": {"--", formPostfix, precPostfix, 0},
	"na": {"new", formNew, precUnary, markArray},
	"ne": {"!=", formBinary, precEqual, 0},
	"ng": {"-", formUnary, precUnary, 0},
	"nt": {"!", formUnary, precUnary, 0},
	"nw": {"new", formNew, precUnary, 0},
	"nx": {"noexcept ", formOfExpr, precUnary, 0},
	"oR": {"|=", formBinary, precAssign, 0},
	"oo": {"||", formBinary, precLogicalOr, 0},
	"or": {"|", formBinary, precOr, 0},
	"pL": {"+=", formBinary, precAssign, 0},
	"pl": {"+", formBinary, precAdd, 0},
	"pm": {"->*", formAccess, precPointer, 0},
	"pp": {"++", formPostfix, precPostfix, 0},
	"ps": {"+", formUnary, precUnary, 0},
	"pt": {"->", formAccess, precPostfix, 0},
	"qu": {"?", formTernary, precConditional, 0},
	"rM": {"%=", formBinary, precAssign, 0},
	"rS": {">>=", formBinary, precAssign, 0},
	"rc": {"reinterpret_cast", formCast, precPostfix, 0},
	"rm": {"%", formBinary, precMultiply, 0},
	"rs": {">>", formBinary, precShift, 0},
	"sc": {"static_cast", formCast, precPostfix, 0},
	"ss": {"<=>", formBinary, precSpaceship, 0},
	"st": {"sizeof ", formOfType, precUnary, 0},
	"sz": {"sizeof ", formOfExpr, precUnary, 0},
	"te": {"typeid ", formOfExpr, precPostfix, 0},
	"ti": {"typeid ", formOfType, precPostfix, 0},
}

// operatorCode reads two letters that stand for an operator.
func (p *parser) operatorCode() (operator, bool) {
	if len(p.s)-p.pos < 2 {
		return operator{}, false
	}
	op, ok := operators[p.s[p.pos:p.pos+2]]
	if ok {
		p.pos += 2
	}
	return op, ok
}

// operatorName reads the name of an operator function.
func (p *parser) operatorName(f *shape) ref {
	switch {
	case p.eat("cv"):
		return p.conversion(f)
	case p.eat("li"):
		return p.wrap(kindLiteralOp, p.identifier(), 0)
	case p.peek() == 'v' && isDigit(p.peekAt(1)):
		p.pos += 2
		return p.word("operator " + p.identifier())
	}
	op, ok := p.operatorCode()
	if !ok || op.form == formTernary || op.form == formCast || op.form == formOfType || op.form == formOfExpr {
		return p.fail()
	}
	text := strings.TrimSpace(op.text)
	if isLower(text[0]) { // new, delete, co_await
		text = " " + text
	}
	if op.form == formNew && op.bits == markArray {
		text += "[]"
	}
	return p.word("operator" + text)
}

// conversion reads the type that a conversion operator converts to. It can
// refer to the operator's own template arguments, which come later.
func (p *parser) conversion(f *shape) ref {
	ahead, noArgs := p.ahead, p.noArgs
	p.ahead, p.noArgs = ahead || f.declares, true
	t := p.typ()
	p.ahead, p.noArgs = ahead, noArgs
	f.special = true
	return p.wrap(kindConversion, "", t)
}
