package serve

import "testing"

func TestByteSize(t *testing.T) {
	const malformed = "want a number of bytes, such as 512M or 2G"
	for _, tt := range []struct {
		text    string
		want    ByteSize
		wantErr string
	}{
		{"0", 0, ""},
		{"1500", 1500, ""},
		{"4K", 4 << 10, ""},
		{"512M", 512 << 20, ""},
		{"2G", 2 << 30, ""},
		{"8589934591G", 8589934591 << 30, ""},
		{"8589934592G", 0, malformed},
		{"", 0, malformed},
		{"M", 0, malformed},
		{"1KM", 0, malformed},
		{"-1", 0, malformed},
		{"1.5G", 0, malformed},
	} {
		var got ByteSize
		if err := got.Set(tt.text); got != tt.want || textOf(err) != tt.wantErr {
			t.Errorf("Set(%q) = %d, error %q; want %d, %q", tt.text, got, textOf(err), tt.want, tt.wantErr)
		}
	}
}
