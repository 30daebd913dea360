package debugimage

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/nativesym/nativesym/objfile"
)

func TestIndexFind(t *testing.T) {
	const nowhere = -1
	for _, tt := range []struct {
		name   string
		images []Image
		want   map[Abs]int
	}{
		{"no images", nil, map[Abs]int{0: nowhere, 0x1000: nowhere, top: nowhere}},
		{
			// field-behaviour.md 1.1, the unit test to replay
			"sizes are filled in from the next image, the last is open",
			[]Image{{Type: ELF, Addr: 0x2000, Size: 0x1000}, {Type: ELF, Addr: 0x1000}, {Type: ELF, Addr: 0x3000}},
			map[Abs]int{0xfff: nowhere, 0x1000: 1, 0x1234: 1, 0x1fff: 1, 0x2000: 0, 0x2fff: 0, 0x3456: 2, top: 2},
		},
		{
			"ranges are half-open",
			[]Image{{Type: ELF, Addr: 0x1000, Size: 0x10}, {Type: ELF, Addr: 0x1010, Size: 0x10}},
			map[Abs]int{0xfff: nowhere, 0x1000: 0, 0x100f: 0, 0x1010: 1, 0x101f: 1, 0x1020: nowhere},
		},
		{
			"the latest start that holds the address has it",
			[]Image{{Type: ELF, Addr: 0x1000, Size: 0x9000}, {Type: ELF, Addr: 0x2000, Size: 0x1000}, {Type: ELF, Addr: 0x2800, Size: 0x1000}},
			map[Abs]int{0x1fff: 0, 0x2000: 1, 0x27ff: 1, 0x2800: 2, 0x37ff: 2, 0x3800: 0, 0x9fff: 0, 0xa000: nowhere},
		},
		{
			"of two that start together the one listed later, then the longer",
			[]Image{{Type: ELF, Addr: 0x1000, Size: 0x200}, {Type: ELF, Addr: 0x1000, Size: 0x100}},
			map[Abs]int{0x1000: 1, 0x10ff: 1, 0x1100: 0, 0x11ff: 0, 0x1200: nowhere},
		},
		{
			"a missing size reaches up to the next start, not to one of the same",
			[]Image{{Type: ELF, Addr: 0x1000}, {Type: ELF, Addr: 0x1000}, {Type: ELF, Addr: 0x1800, Size: 8}},
			map[Abs]int{0x1000: 1, 0x17ff: 1, 0x1800: 2, 0x1808: nowhere},
		},
		{
			"a range past the top of the address space ends there",
			[]Image{{Type: ELF, Addr: top - 0xf, Size: 0x1000}, {Type: ELF, Addr: 0x1000, Size: 1<<64 - 1}},
			map[Abs]int{0xfff: nowhere, 0x1000: 1, top - 0x10: 1, top - 0xf: 0, top: 0},
		},
		{
			"foreign images and those without address take no part",
			[]Image{{Type: Foreign, Addr: 0x1000}, {Type: ELF, Addr: 0, Size: 0x10000}},
			map[Abs]int{0: nowhere, 0x1000: nowhere},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := NewIndex(tt.images)
			for a, want := range tt.want {
				if got, ok := x.Find(a); got != want || ok != (want >= 0) {
					t.Errorf("Find(%#x) = %d, %v, want %d", uint64(a), got, ok, want)
				}
			}
		})
	}
}

// Against the definition: the last of the latest starts whose range holds the address.
func TestIndexAgreesWithLinearSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		addr := rapid.Custom(func(t *rapid.T) Abs {
			base := rapid.SampledFrom([]Abs{0, 0, top - 40}).Draw(t, "base")
			return base + Abs(rapid.IntRange(0, 40).Draw(t, "offset"))
		})
		images := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Image {
			return Image{
				Type: rapid.SampledFrom([]Type{ELF, MachO, Foreign}).Draw(t, "type"),
				Addr: addr.Draw(t, "addr"),
				Size: uint64(rapid.IntRange(0, 30).Draw(t, "size")),
			}
		}), 0, 8).Draw(t, "images")
		x := NewIndex(images)
		for range 20 {
			a := addr.Draw(t, "probe")
			if got, _ := x.Find(a); got != linearSearch(images, a) {
				t.Fatalf("Find(%#x) = %d, want %d in %v", uint64(a), got, linearSearch(images, a), images)
			}
		}
	})
}

func linearSearch(images []Image, a Abs) int {
	best := -1
	for i, im := range images {
		if im.Type == Foreign || im.Addr == 0 || a < im.Addr {
			continue
		}
		size := im.Size
		if size == 0 {
			size = 1<<64 - 1
			for _, other := range images {
				if other.Type != Foreign && other.Addr > im.Addr {
					size = min(size, uint64(other.Addr-im.Addr))
				}
			}
			if size == 1<<64-1 {
				size = 0 // no end at all
			}
		}
		inside := size == 0 || uint64(a-im.Addr) < size
		if inside && (best < 0 || im.Addr >= images[best].Addr) {
			best = i
		}
	}
	return best
}

func TestFindTagged(t *testing.T) {
	images := []Image{
		{Type: MachO, Addr: 0x1_0000_0000, Size: 0x10000, Arch: objfile.ARM64e},
		{Type: ELF, Addr: 0x7f00_0000_0000, Size: 0x10000, Arch: objfile.X86_64},
		{Type: ELF, Addr: 0xffff_ffc0_0800_0000, Size: 0x10000, Arch: objfile.ARM64},
		{Type: ELF, Addr: 0x55_0000_0000, Arch: objfile.ARM64, Size: 0x10000},
	}
	x := NewIndex(images)
	for _, tt := range []struct {
		name  string
		addr  Abs
		plain Abs
		image int
	}{
		{"nothing to strip", 0x1_0000_1234, 0x1_0000_1234, 0},
		{"a signature", 0x3a1f_1231_0000_1234, 0x1_0000_1234, 0},
		{"a tag of the top byte", 0xb400_0055_0000_0010, 0x55_0000_0010, 3},
		{"a tag in the kernel's half", 0x3fff_ffc0_0800_0010, 0xffff_ffc0_0800_0010, 2},
		{"x86_64 signs nothing", 0x3a00_7f00_0000_0010, 0x3a00_7f00_0000_0010, -1},
		{"an address without tag that is in no image", 0x7f_1_0000_1234, 0x7f_1_0000_1234, -1},
		{"stripping does not help", 0x3a1f_0000_0000_0000, 0x3a1f_0000_0000_0000, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plain, image, ok := x.FindTagged(images, tt.addr)
			if plain != tt.plain || image != tt.image || ok != (tt.image >= 0) {
				t.Errorf("FindTagged(%#x) = %#x, %d, %v, want %#x, %d", uint64(tt.addr), uint64(plain), image, ok, uint64(tt.plain), tt.image)
			}
		})
	}
}

// The open end of the last image must not swallow every signed pointer.
func TestFindTaggedBelowOpenEnd(t *testing.T) {
	images := []Image{
		{Type: MachO, Addr: 0x1_0000_0000, Size: 0x10000, Arch: objfile.ARM64},
		{Type: MachO, Addr: 0x1_8000_0000, Arch: objfile.ARM64},
	}
	plain, image, _ := NewIndex(images).FindTagged(images, 0x3a1f_0001_0000_1234)
	if plain != 0x1_0000_1234 || image != 0 {
		t.Errorf("got %#x in image %d, want 0x100001234 in 0", uint64(plain), image)
	}
}

func TestFindDoesNotAllocate(t *testing.T) {
	images := manyImages(300)
	x := NewIndex(images)
	if n := testing.AllocsPerRun(100, func() {
		x.Find(0x7f00_0012_3456)
		x.FindTagged(images, 0xb400_7f00_0012_3456)
	}); n != 0 {
		t.Errorf("Find allocates %v times a call, want 0", n)
	}
}

func manyImages(n int) []Image {
	images := make([]Image, n)
	for i := range images {
		images[i] = Image{Type: ELF, Addr: 0x7f00_0000_0000 + Abs(i)*0x20000, Size: 0x10000, Arch: objfile.ARM64}
	}
	return images
}

func BenchmarkFind(b *testing.B) {
	for _, n := range []int{10, 300} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			x := NewIndex(manyImages(n))
			a := Abs(0x7f00_0000_0000)
			for b.Loop() {
				a += 0x31337
				if a > 0x7f00_0000_0000+Abs(n)*0x20000 {
					a -= Abs(n) * 0x20000
				}
				x.Find(a)
			}
		})
	}
}
