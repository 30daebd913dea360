package objfile

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// archiveMagic starts a static library.
const archiveMagic = "!<arch>\n"

// Open opens the object file, which is at path now. A member of a static library
// that is not of the time that was linked is refused; of another file only who
// knows where it comes from can say what its time means, see [LinkedObject.CheckModified].
func (o LinkedObject) Open(path string) (*File, error) {
	if o.Member == "" {
		return Open(path)
	}
	data, err := mapPath(path)
	if err != nil {
		return nil, err
	}
	name := path + "(" + o.Member + ")"
	var f *File
	err = guard(name, data, func() error {
		object, modified, err := archiveMember(data, o.Member)
		if err == nil {
			err = o.CheckModified(modified)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		f, err = Parse(name, object)
		return err
	})
	if err != nil {
		unmap(data)
		return nil, err
	}
	f.mapping = &mapping{data}
	return f, nil
}

const archiveHeaderLen = 60

// archiveMember returns the first member of a name, and its time. Each starts, at an even
// offset, with a header of text, padded with spaces:
//
//	offset  size  field
//	0x00    16    name, or "#1/" and how many bytes of what follows are the name
//	0x10    12    time
//	0x1c    20    owner, mode
//	0x30    10    size of what follows
//	0x3a    2     "`\n"
func archiveMember(data []byte, member string) (body []byte, modified int64, err error) {
	if !bytes.HasPrefix(data, []byte(archiveMagic)) {
		return nil, 0, errors.New("not an archive")
	}
	for off := len(archiveMagic); len(data)-off >= archiveHeaderLen; {
		header := string(data[off:][:archiveHeaderLen])
		name := strings.TrimRight(header[:16], " ")
		size, err := strconv.ParseUint(strings.TrimRight(header[48:58], " "), 10, 64)
		modified, _ := strconv.ParseInt(strings.TrimRight(header[16:28], " "), 10, 64) // 0 if there is none
		start := off + archiveHeaderLen
		if err != nil || header[58:] != "`\n" || size > uint64(len(data)-start) {
			return nil, 0, fault("archive", uint64(off), "header of a member is corrupt")
		}
		body := data[start:][:size:size]
		if digits, ok := strings.CutPrefix(name, "#1/"); ok {
			n, err := strconv.ParseUint(digits, 10, 64)
			if err != nil || n > size {
				return nil, 0, fault("archive", uint64(off), "name of %s bytes", digits)
			}
			name, body = strings.TrimRight(string(body[:n]), "\x00"), body[n:]
		}
		if strings.TrimSuffix(name, "/") == member {
			return body, modified, nil
		}
		off = start + int(size+size&1)
	}
	return nil, 0, errors.New("no such member")
}
