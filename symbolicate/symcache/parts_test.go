package symcache

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// What a worker keeps of a block comes back as it was, whatever was read before.
func TestParts(t *testing.T) {
	var a arena
	var read parts
	rapid.Check(t, func(t *rapid.T) {
		u32, u16, u8 := rapid.Uint32(), rapid.Uint16(), rapid.Uint8()
		start := rapid.Uint64().Draw(t, "start")
		want := parts{
			owner: owner{
				unit: u32.Draw(t, "unit"), function: u32.Draw(t, "function"), entry: rapid.Uint64().Draw(t, "entry"),
				first: rapid.Uint64Max(start).Draw(t, "first"), span: rapid.Uint64().Draw(t, "span"),
			},
			seq: u32.Draw(t, "seq"), rows: u16.Draw(t, "rows"), lineBase: u32.Draw(t, "lineBase"),
			bits:  blockBits{u8.Draw(t, "start"), u8.Draw(t, "scope"), u8.Draw(t, "file"), u8.Draw(t, "line")},
			body:  rapid.SliceOfN(u8, 0, 300).Draw(t, "body"),
			files: rapid.SliceOf(u32).Draw(t, "files"),
			scopes: rapid.SliceOf(rapid.Custom(func(t *rapid.T) scope {
				return scope{u32.Draw(t, "function"), u32.Draw(t, "line"), u32.Draw(t, "column"), u16.Draw(t, "parent"), u16.Draw(t, "file")}
			})).Draw(t, "scopes"),
			columns: rapid.SliceOf(rapid.Custom(func(t *rapid.T) column {
				return column{u16.Draw(t, "start"), u32.Draw(t, "column")}
			})).Draw(t, "columns"),
		}
		chunk, at := a.keep(want.appendTo(nil, start))
		r := partsReader{a.chunks[chunk][at:]}
		r.readNames(&read, start)
		r.readRest(&read)
		opts := cmp.Options{cmp.AllowUnexported(parts{}, owner{}, blockBits{}, scope{}, column{}), cmpopts.EquateEmpty()}
		if diff := cmp.Diff(want, read, opts); diff != "" {
			t.Fatalf("-want +got:\n%s", diff)
		}
	})
}
