package objfile

import (
	"bytes"
	"debug/elf"
	"encoding/hex"
	"testing"

	"pgregory.net/rapid"
)

func TestParseDebugID(t *testing.T) {
	for _, tt := range []struct{ text, want, breakpad string }{
		{"c0bcc3f1-9827-fe65-3058-404b2831d9e6", "c0bcc3f1-9827-fe65-3058-404b2831d9e6", "C0BCC3F19827FE653058404B2831D9E60"},
		{"3249d99d-0c40-4931-8610-f4e4fb0b6936-1", "3249d99d-0c40-4931-8610-f4e4fb0b6936-1", "3249D99D0C4049318610F4E4FB0B69361"},
		{"3249D99D0C4049318610F4E4FB0B69361", "3249d99d-0c40-4931-8610-f4e4fb0b6936-1", "3249D99D0C4049318610F4E4FB0B69361"},
		{"3249D99D0C4049318610F4E4FB0B6936a0f", "3249d99d-0c40-4931-8610-f4e4fb0b6936-a0f", "3249D99D0C4049318610F4E4FB0B6936a0f"},
		{"3249d99d0c4049318610f4e4fb0b6936", "3249d99d-0c40-4931-8610-f4e4fb0b6936", "3249D99D0C4049318610F4E4FB0B69360"},
		{"3249d99d0c4049318610f4e4fb0b6936-1", "3249d99d-0c40-4931-8610-f4e4fb0b6936-1", "3249D99D0C4049318610F4E4FB0B69361"},
		{"3249d99d-0c40-4931-8610-f4e4fb0b6936-ffffffff", "3249d99d-0c40-4931-8610-f4e4fb0b6936-ffffffff", "3249D99D0C4049318610F4E4FB0B6936ffffffff"},
	} {
		id, err := ParseDebugID(tt.text)
		if err != nil {
			t.Errorf("ParseDebugID(%q): %v", tt.text, err)
			continue
		}
		if got := id.String(); got != tt.want {
			t.Errorf("ParseDebugID(%q).String() = %s, want %s", tt.text, got, tt.want)
		}
		if got := id.Breakpad(); got != tt.breakpad {
			t.Errorf("ParseDebugID(%q).Breakpad() = %s, want %s", tt.text, got, tt.breakpad)
		}
	}
	for _, text := range []string{
		"",
		"c0bcc3f1",
		"c0bcc3f1-9827-fe65-3058-404b2831d9e",
		"c0bcc3f1-9827-fe65-3058-404b2831d9e6-",
		"c0bcc3f1-9827-fe65-3058-404b2831d9e61",
		"c0bcc3f1-9827-fe65-3058-404b2831d9e6-100000000",
		"c0bcc3f1-9827-fe65-3058-404b2831d9e6-x",
		"g0bcc3f1-9827-fe65-3058-404b2831d9e6",
		"3249d99d0c4049318610f4e4fb0b6936-+1",
	} {
		if id, err := ParseDebugID(text); err == nil {
			t.Errorf("ParseDebugID(%q) = %v, want an error", text, id)
		} else if want := `debug id "` + text + `": want uuid[-age]`; err.Error() != want {
			t.Errorf("ParseDebugID(%q): error %q, want %q", text, err, want)
		}
	}
}

func TestDebugIDRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var id DebugID
		copy(id.UUID[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "uuid"))
		id.Age = rapid.Uint32().Draw(t, "age")
		for _, text := range []string{id.String(), id.Breakpad()} {
			if got, err := ParseDebugID(text); got != id || err != nil {
				t.Fatalf("ParseDebugID(%q) = %v, %v", text, got, err)
			}
		}
		if id.IsZero() != (id == DebugID{}) {
			t.Fatalf("%v.IsZero() = %v", id, id.IsZero())
		}
	})
}

// The first two build-ids and their debug ids are Sentry's own examples; the
// others follow from the rules.
func TestELFIDs(t *testing.T) {
	const long = "f1c3bcc0279865fe3058404b2831d9e64135386c"
	note := func(e testELF, id string) []byte {
		desc, err := hex.DecodeString(id)
		if err != nil {
			t.Fatal(err)
		}
		return e.note("GNU", 3, desc)
	}
	section := func(e testELF, id string) testSection {
		return testSection{name: ".note.gnu.build-id", typ: elf.SHT_NOTE, flags: elf.SHF_ALLOC, data: note(e, id)}
	}
	segment := func(name string, align uint64) testSegment {
		return testSegment{typ: elf.PT_NOTE, first: name, last: name, align: align}
	}
	code := bytes.Repeat([]byte{1, 2, 3, 4}, 1500)
	for _, tt := range []struct {
		name     string
		big      bool
		sections func(e testELF) []testSection
		segments []testSegment
		code     string
		debug    string
	}{
		{
			name:     "in a section",
			sections: func(e testELF) []testSection { return []testSection{section(e, long)} },
			code:     long, debug: "c0bcc3f1-9827-fe65-3058-404b2831d9e6",
		}, {
			name: "another",
			sections: func(e testELF) []testSection {
				return []testSection{section(e, "b931c4fbd186e551bb617b3807d594b9064f5cac")}
			},
			code: "b931c4fbd186e551bb617b3807d594b9064f5cac", debug: "fbc431b9-86d1-51e5-bb61-7b3807d594b9",
		}, {
			name: "big-endian", big: true,
			sections: func(e testELF) []testSection { return []testSection{section(e, long)} },
			code:     long, debug: "f1c3bcc0-2798-65fe-3058-404b2831d9e6",
		}, {
			name:     "short ones are filled up with zeros",
			sections: func(e testELF) []testSection { return []testSection{section(e, "0102030405060708")} },
			code:     "0102030405060708", debug: "04030201-0605-0807-0000-000000000000",
		}, {
			name: "in a segment, behind other notes, before the section",
			sections: func(e testELF) []testSection {
				notes := append(e.note("GNU", 1, []byte{1, 2, 3}), e.note("Go", 3, []byte("xx"))...)
				return []testSection{{name: "notes", data: append(notes, note(e, long)...)}, section(e, "00")}
			},
			segments: []testSegment{segment("notes", 4)},
			code:     long, debug: "c0bcc3f1-9827-fe65-3058-404b2831d9e6",
		}, {
			name: "in a segment of notes aligned to 8 bytes",
			sections: func(e testELF) []testSection {
				property := e.encoder().u32(4, 12, 5).str("GNU\x00").u32(1, 2, 3).pad(8)
				return []testSection{{name: "notes", data: append(property.Bytes(), note(e, long)...)}}
			},
			segments: []testSegment{segment("notes", 8)},
			code:     long, debug: "c0bcc3f1-9827-fe65-3058-404b2831d9e6",
		}, {
			name: "a segment that is no longer in the file gives way to the section",
			sections: func(e testELF) []testSection {
				return []testSection{{name: "notes", data: []byte{4, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}}, section(e, long)}
			},
			segments: []testSegment{segment("notes", 4)},
			code:     long, debug: "c0bcc3f1-9827-fe65-3058-404b2831d9e6",
		}, {
			name: "PlayStation",
			sections: func(e testELF) []testSection {
				return []testSection{{name: "dynlib", data: []byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13 and more")}}
			},
			segments: []testSegment{{typ: ptSCEDynlibData, first: "dynlib", last: "dynlib"}},
			code:     "000102030405060708090a0b0c0d0e0f10111213", debug: "03020100-0504-0706-0809-0a0b0c0d0e0f",
		}, {
			name: "none, with little code",
			sections: func(testELF) []testSection {
				return []testSection{{name: ".text", data: []byte{0x10, 0x20, 0x30, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff}}}
			},
			debug: "403020ef-0000-0000-0000-000000000000",
		}, {
			name: "none: the first page of code folds to zero and the rest does not count",
			sections: func(testELF) []testSection {
				return []testSection{{name: ".text", data: code}}
			},
			debug: "00000000-0000-0000-0000-000000000000",
		}, {
			name: "none, and no code in the file",
			sections: func(testELF) []testSection {
				return []testSection{{name: ".text", typ: elf.SHT_NOBITS, size: 100}}
			},
			debug: "00000000-0000-0000-0000-000000000000",
		}, {
			name:     "an empty one is none",
			sections: func(e testELF) []testSection { return []testSection{section(e, "")} },
			debug:    "00000000-0000-0000-0000-000000000000",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := testELF{big: tt.big, typ: elf.ET_DYN, segments: tt.segments}
			e.sections = tt.sections(e)
			f := e.parse(t)
			if got := f.CodeID(); got != tt.code {
				t.Errorf("CodeID() = %q, want %q", got, tt.code)
			}
			if got := f.DebugID().String(); got != tt.debug {
				t.Errorf("DebugID() = %s, want %s", got, tt.debug)
			}
		})
	}
}
