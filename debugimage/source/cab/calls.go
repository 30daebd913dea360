package cab

import (
	"bytes"
	"encoding/binary"
)

// A callTranslation undoes what LZX does to x86 code before packing it: the
// distance that follows a call's opcode, E8, is made the address called, which
// repeats where the same function is called again.
type callTranslation struct {
	begun    bool
	fileSize int32 // what addresses lie in; 0: nothing is translated
	at       int   // of the next frame, in bytes unpacked
	frame    [maxUnpacked]byte
}

const (
	callOpcode = 0xe8

	// callTail is how many bytes at the end of each frame are left as they are.
	callTail = 10

	// maxTranslated is where translation ends: after 32,768 frames.
	maxTranslated = 32768 * maxUnpacked
)

// start reads what the first frame has in front of it: whether calls are
// translated, and the size that says how.
func (t *callTranslation) start(in *bitReader) {
	if t.begun {
		return
	}
	t.begun = true
	in.fill()
	if in.take(1) == 1 {
		t.fileSize = int32(in.take(16)<<16 | in.take(16))
	}
}

// translate returns a frame as it was before packing. It leaves frame alone: later
// ones repeat it as it is.
func (t *callTranslation) translate(frame []byte) []byte {
	base := t.at
	t.at += len(frame)
	if t.fileSize == 0 || base >= maxTranslated || len(frame) <= callTail {
		return frame
	}
	out := t.frame[:copy(t.frame[:], frame)]
	for i := 0; ; i += 5 {
		next := bytes.IndexByte(out[i:max(i, len(out)-callTail)], callOpcode)
		if next < 0 {
			return out
		}
		i += next
		at := int32(base + i)
		switch target := int32(u32(out[i+1:])); {
		case target < -at || target >= t.fileSize:
		case target >= 0:
			binary.LittleEndian.PutUint32(out[i+1:], uint32(target-at))
		default:
			binary.LittleEndian.PutUint32(out[i+1:], uint32(target+t.fileSize))
		}
	}
}
