package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseQuery(t *testing.T) {
	for _, tt := range []struct {
		name    string
		parser  queryParser
		line    string
		want    query
		wantErr string
	}{
		{"hexadecimal", queryParser{}, "0x40ff", query{addr: 0x40ff}, ""},
		{"capitals", queryParser{}, "0X40FF", query{addr: 0x40ff}, ""},
		{"decimal", queryParser{}, "401424", query{addr: 401424}, ""},
		{"hexadecimal without a prefix", queryParser{hex: true}, "401424", query{addr: 0x401424}, ""},
		{"spaces and what follows", queryParser{}, "  0x10  rest", query{addr: 0x10}, ""},
		{"symbol where numbers are hexadecimal", queryParser{hex: true}, "main+10", query{symbol: "main", offset: 0x10}, ""},
		{"number that could be a symbol", queryParser{hex: true}, "add", query{addr: 0xadd}, ""},
		{"the highest", queryParser{}, "0xffffffffffffffff", query{addr: 1<<64 - 1}, ""},
		{"one too many", queryParser{}, "0x10000000000000000", query{}, `"0x10000000000000000" is not an address`},
		{"no digits", queryParser{}, "0x", query{}, `"0x" is not an address`},
		{"letters among the digits", queryParser{}, "0x1z", query{}, `"0x1z" is not an address`},
		{"nothing", queryParser{}, " ", query{}, `" " names no address`},
		{"code", queryParser{}, "CODE 0x10", query{addr: 0x10}, ""},
		{"data", queryParser{}, "DATA 0x10", query{data: true, addr: 0x10}, ""},
		{"symbol", queryParser{}, "main", query{symbol: "main"}, ""},
		{"symbol and offset", queryParser{}, "main+0x1c", query{symbol: "main", offset: 0x1c}, ""},
		{"symbol and decimal offset", queryParser{}, "main+28", query{symbol: "main", offset: 28}, ""},
		{"symbol and nonsense", queryParser{}, "main+x", query{symbol: "main"}, `"x" is not an address`},
		{"path", queryParser{needModule: true}, "bin/a 0x10", query{path: "bin/a", addr: 0x10}, ""},
		{"marked path", queryParser{needModule: true}, "CODE FILE:bin/a 0x10", query{path: "bin/a", addr: 0x10}, ""},
		{"path with spaces", queryParser{needModule: true}, `FILE:"my bin/a" main`, query{path: "my bin/a", symbol: "main"}, ""},
		{"build id", queryParser{needModule: true}, "BUILDID:ABcd 0x10", query{buildID: "abcd", addr: 0x10}, ""},
		{"no path", queryParser{needModule: true}, "0x10", query{path: "0x10"}, `"0x10" does not name a module and an address in it`},
		{"build id without address", queryParser{needModule: true}, "BUILDID:abcd", query{buildID: "abcd"}, `"BUILDID:abcd" names no address`},
		{"two modules", queryParser{}, "FILE:bin/a 0x10", query{}, `"FILE:bin/a 0x10" names a module, and the command line has one already`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.parser.parse(tt.line)
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(query{})); diff != "" {
				t.Errorf("parse(%q) (-want +got):\n%s", tt.line, diff)
			}
			if errText(err) != tt.wantErr {
				t.Errorf("parse(%q) error %q, want %q", tt.line, errText(err), tt.wantErr)
			}
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
