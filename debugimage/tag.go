package debugimage

import "github.com/nativesym/nativesym/objfile"

// Arm's 64-bit processors keep things in the bits of a pointer that address
// nothing: a tag in the top byte (TBI, MTE) and a signature below it (PAC). How
// many bits are left for the address is up to the system. They are tried from
// the most to the fewest.
var addressBits = [...]uint{
	56, // only a tag
	48, // Linux and Android, 4 KiB pages
	47, // macOS
	39, // iOS, Android with three levels
	36, // older iOS
}

// FindTagged is like [Index.Find] for an address that may carry tag or pointer
// authentication bits. It returns the address without them if that, and only
// that, puts it into an image whose architecture has such bits or is unknown;
// otherwise it returns a as it is.
//
// The last image, when its size is unknown, holds every address above its start,
// signed ones too. It has a claim only on those that need no stripping.
func (x *Index) FindTagged(images []Image, a Abs) (plain Abs, image int, ok bool) {
	s := x.find(a)
	if !isTagged(a) || s.image >= 0 && !s.open {
		return a, int(s.image), s.image >= 0
	}
	for _, bits := range addressBits {
		plain := strip(a, bits)
		t := x.find(plain)
		if t.image >= 0 && !(t.open && isTagged(plain)) && signsPointers(images[t.image].Arch) {
			return plain, int(t.image), true
		}
	}
	return a, int(s.image), s.image >= 0
}

// strip keeps the low bits of a. Bit 55 tells which half of the address space it
// is in (Arm ARM, "Address tagging"), and so what the others were.
func strip(a Abs, bits uint) Abs {
	mask := Abs(1)<<bits - 1
	if a>>55&1 != 0 {
		return a | ^mask
	}
	return a & mask
}

// isTagged reports whether a has bits above the 48 of an address that do not
// merely tell its half of the address space. A signature of 15 bits or more is
// all zeroes or ones in one pointer of 16,000.
func isTagged(a Abs) bool { return a>>48 != 0 && a>>48 != 0xffff }

func signsPointers(a objfile.Arch) bool {
	switch a {
	case objfile.ARM64, objfile.ARM64e, objfile.ARM64_32, objfile.UnknownArch:
		return true
	}
	return false
}
