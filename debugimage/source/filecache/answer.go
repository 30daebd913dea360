package filecache

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

// An answer is what the cache knows of a key: lines of text, the last of which is
// the SHA-256 of those before it.
//
//	nativesym answer 1
//	kind download
//	name "https://symbols.example.com/a.debug"
//	stored 2026-03-01T12:00:00.5Z
//	blob 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae 3
//	meta "plain"
//	sum 43493981d7d666630ab536ea6ebd660974ea3cf65865fbda42ce0fe03b05f728
//
// Instead of the lines blob and meta, a miss has one with its age limit and reason:
//
//	miss 1h0m0s "status 404"
//
// Strings are quoted as in Go, in ASCII: what else is printable changes with Unicode.
type answer struct {
	key    Key
	stored time.Time
	digest [32]byte // of the blob
	size   int64    // of the blob
	meta   []byte
	miss   *Miss // if there is no blob
}

const (
	answerMagic = "nativesym answer 1"

	maxReason = 1 << 10 // a sentence, with a URL in it

	// maxAnswer bounds an answer that is read: each of its strings at its limit,
	// four characters for a byte, and 1 KiB for the rest.
	maxAnswer = 4*(maxName+maxMeta+maxReason) + 1<<10
)

// encode returns the answer as a file.
func (a *answer) encode() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nkind %s\nname %+q\nstored %s\n", answerMagic, a.key.Kind, a.key.Name, a.stored.UTC().Format(time.RFC3339Nano))
	if a.miss != nil {
		fmt.Fprintf(&b, "miss %v %+q\n", a.miss.For, a.miss.Reason)
	} else {
		fmt.Fprintf(&b, "blob %x %d\nmeta %+q\n", a.digest, a.size, a.meta)
	}
	return seal(b.Bytes())
}

// parseAnswer is the inverse of encode. It takes nothing that encode would not
// have written, to the byte, which leaves little to check here.
func parseAnswer(data []byte) (*answer, error) {
	lines := strings.Split(string(data), "\n")
	if lines[0] != answerMagic || len(lines) < 7 {
		return nil, errDamaged
	}
	field := func(i int, name string) string {
		if value, ok := strings.CutPrefix(lines[i], name+" "); ok {
			return value
		}
		return ""
	}
	a := &answer{key: Key{Kind: field(1, "kind"), Name: unquote(field(2, "name"))}}
	a.stored, _ = time.Parse(time.RFC3339Nano, field(3, "stored"))
	if limit, reason, ok := strings.Cut(field(4, "miss"), " "); ok {
		a.miss = &Miss{Reason: unquote(reason)}
		a.miss.For, _ = time.ParseDuration(limit)
	} else {
		digest, size, _ := strings.Cut(field(4, "blob"), " ")
		if len(digest) == 2*len(a.digest) {
			hex.Decode(a.digest[:], []byte(digest))
		}
		a.size, _ = strconv.ParseInt(size, 10, 64)
		a.meta = []byte(unquote(field(5, "meta")))
	}
	if a.key.check() != nil || a.size < 0 || !bytes.Equal(a.encode(), data) {
		return nil, errDamaged
	}
	return a, nil
}

func unquote(s string) string {
	text, _ := strconv.Unquote(s)
	return text
}

// seal appends a line with the SHA-256 of the text.
func seal(text []byte) []byte { return fmt.Appendf(text, "sum %x\n", sha256.Sum256(text)) }

// left returns how much longer a miss is believed, 0 or less when it is not. One
// from the future was stored by a clock that was wrong since or is now.
func (a *answer) left(now time.Time) time.Duration {
	if a.stored.After(now) {
		return 0
	}
	return a.miss.For - now.Sub(a.stored)
}

// errDamaged says that a file is not what the cache wrote.
var errDamaged = errors.New("damaged")

// readAnswer reads the answer in a file. Info is nil if there is no file.
func readAnswer(path string) (a *answer, info fs.FileInfo, err error) {
	data, info, err := readSmall(path, maxAnswer)
	if err != nil {
		return nil, info, err
	}
	a, err = parseAnswer(data)
	return a, info, err
}

// readSmall reads a file of at most limit bytes. The error is errDamaged for what
// is longer, no file, or cannot be read though it can be opened.
func readSmall(path string, limit int64) ([]byte, fs.FileInfo, error) {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil, nil, err
	case !info.Mode().IsRegular(): // a pipe would keep us waiting
		return nil, info, errDamaged
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, info, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil || int64(len(data)) > limit {
		return nil, info, errDamaged
	}
	return data, info, nil
}
