package cab

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/nativesym/nativesym/internal/inflate"
)

// mszipMagic begins every block.
const mszipMagic = "CK"

// An mszipUnpacker unpacks DEFLATE streams, each of which may repeat what the ones
// before it held.
type mszipUnpacker struct{ window window }

func newMSZIP(total int) *mszipUnpacker { return &mszipUnpacker{newWindow(32<<10, total)} }

func (u *mszipUnpacker) unpack(block []byte, n int) ([]byte, error) {
	stream, ok := bytes.CutPrefix(block, []byte(mszipMagic))
	if !ok {
		return nil, errors.New("MSZIP block does not begin with " + mszipMagic)
	}
	start, end := u.window.extend(n)
	if _, err := inflate.DeflateAfter(u.window.buf[:end], start, stream); err != nil {
		return nil, fmt.Errorf("MSZIP: %w", err)
	}
	return u.window.buf[start:end], nil
}
