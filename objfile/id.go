package objfile

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// A DebugID is what an executable and its debug file have in common. The zero
// DebugID is none.
type DebugID struct {
	UUID [16]byte // in the order of its text
	Age  uint32   // counts the writes of a PDB; 0 elsewhere
}

// String returns the id as events spell it, "uuid" or "uuid-age": lower-case hex
// in groups of 8, 4, 4, 4 and 12 digits, then the age in hex unless it is 0.
func (id DebugID) String() string {
	u := id.UUID
	s := fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
	if id.Age != 0 {
		s += "-" + strconv.FormatUint(uint64(id.Age), 16)
	}
	return s
}

// Breakpad returns the id as Breakpad spells it: 32 upper-case hex digits, then
// the age in lower-case hex, even if it is 0.
func (id DebugID) Breakpad() string {
	return fmt.Sprintf("%X%x", id.UUID[:], id.Age)
}

// IsZero reports whether id is none.
func (id DebugID) IsZero() bool { return id == DebugID{} }

// ParseDebugID reads both spellings, that of [DebugID.String] and that of
// [DebugID.Breakpad], in either case. The age may be missing from both.
func ParseDebugID(text string) (DebugID, error) {
	digits, age := text, ""
	switch {
	case len(text) >= 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-':
		digits = text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:36]
		if age = text[36:]; age != "" {
			if age = age[1:]; text[36] != '-' || age == "" {
				return DebugID{}, badDebugID(text)
			}
		}
	case len(text) >= 32:
		digits, age = text[:32], strings.TrimPrefix(text[32:], "-")
	}
	var id DebugID
	if len(digits) != 32 {
		return DebugID{}, badDebugID(text)
	}
	if _, err := hex.Decode(id.UUID[:], []byte(digits)); err != nil {
		return DebugID{}, badDebugID(text)
	}
	if age != "" {
		n, err := strconv.ParseUint(age, 16, 32)
		if err != nil {
			return DebugID{}, badDebugID(text)
		}
		id.Age = uint32(n)
	}
	return id, nil
}

func badDebugID(text string) error { return fmt.Errorf("debug id %q: want uuid[-age]", text) }

// swapGUID turns a GUID as a little-endian machine stores it into the order of
// its text, or back: the first three fields are numbers.
func swapGUID(u [16]byte) [16]byte {
	u[0], u[1], u[2], u[3] = u[3], u[2], u[1], u[0]
	u[4], u[5] = u[5], u[4]
	u[6], u[7] = u[7], u[6]
	return u
}
