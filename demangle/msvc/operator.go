package msvc

// operator takes the code of an operator or of a function that compilers make,
// after its "?". What a constructor, a destructor or a conversion is called is
// known only when its scope or its type is.
func (p *parser) operator() ref {
	switch {
	case p.eats("__K"):
		s := p.until()
		if s == "" {
			return p.fail()
		}
		return p.add(node{kind: kindLiteralOperator, text: s})
	case p.eats("__"):
		return p.operatorIn(&operators2)
	case p.eat('_'):
		return p.operatorIn(&operators1)
	case p.eat('0'):
		return p.add(node{kind: kindStructor})
	case p.eat('1'):
		return p.add(node{kind: kindStructor, code: '~'})
	case p.eat('B'):
		return p.add(node{kind: kindConversion})
	}
	return p.operatorIn(&operators)
}

func (p *parser) operatorIn(table *[128]string) ref {
	c := p.next()
	if c >= 128 || table[c] == "" {
		return p.fail()
	}
	return p.add(node{kind: kindName, text: table[c]})
}

// operators are those of one character.
var operators = [128]string{
	'2': "operator new",
	'3': "operator delete",
	'4': "operator=",
	'5': "operator>>",
	'6': "operator<<",
	'7': "operator!",
	'8': "operator==",
	'9': "operator!=",
	'A': "operator[]",
	'C': "operator->",
	'D': "operator*",
	'E': "operator++",
	'F': "operator--",
	'G': "operator-",
	'H': "operator+",
	'I': "operator&",
	'J': "operator->*",
	'K': "operator/",
	'L': "operator%",
	'M': "operator<",
	'N': "operator<=",
	'O': "operator>",
	'P': "operator>=",
	'Q': "operator,",
	'R': "operator()",
	'S': "operator~",
	'T': "operator^",
	'U': "operator|",
	'V': "operator&&",
	'W': "operator||",
	'X': "operator*=",
	'Y': "operator+=",
	'Z': "operator-=",
}

// operators1 are those that begin with "_".
var operators1 = [128]string{
	'0': "operator/=",
	'1': "operator%=",
	'2': "operator>>=",
	'3': "operator<<=",
	'4': "operator&=",
	'5': "operator|=",
	'6': "operator^=",
	'D': "`vbase dtor'",
	'E': "`vector deleting dtor'",
	'F': "`default ctor closure'",
	'G': "`scalar deleting dtor'",
	'H': "`vector ctor iterator'",
	'I': "`vector dtor iterator'",
	'J': "`vector vbase ctor iterator'",
	'K': "`virtual displacement map'",
	'L': "`eh vector ctor iterator'",
	'M': "`eh vector dtor iterator'",
	'N': "`eh vector vbase ctor iterator'",
	'O': "`copy ctor closure'",
	'T': "`local vftable ctor closure'",
	'U': "operator new[]",
	'V': "operator delete[]",
}

// operators2 are those that begin with "__".
var operators2 = [128]string{
	'A': "`managed vector ctor iterator'",
	'B': "`managed vector dtor iterator'",
	'C': "`EH vector copy ctor iterator'",
	'D': "`EH vector vbase copy ctor iterator'",
	'G': "`vector copy ctor iterator'",
	'H': "`vector vbase copy constructor iterator'",
	'I': "`managed vector vbase copy constructor iterator'",
	'L': "operator co_await",
	'M': "operator<=>",
}
