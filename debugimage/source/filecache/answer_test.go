package filecache

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestAnswerAsText(t *testing.T) {
	stored := time.Date(2026, 3, 1, 12, 0, 0, 5e8, time.UTC)
	for _, tt := range []struct {
		answer answer
		want   string
	}{
		{
			answer{key: keyA, stored: stored, digest: [32]byte{0x2c, 31: 0xae}, size: 3, meta: []byte("plain")},
			"nativesym answer 1\nkind download\nname \"https://symbols.example.com/a.debug\"\nstored 2026-03-01T12:00:00.5Z\n" +
				"blob 2c000000000000000000000000000000000000000000000000000000000000ae 3\nmeta \"plain\"\n",
		}, {
			answer{key: keyB, stored: stored, miss: &Miss{Reason: "status \"404\"\n", For: time.Hour}},
			"nativesym answer 1\nkind table\nname \"b\\n\\xff\"\nstored 2026-03-01T12:00:00.5Z\nmiss 1h0m0s \"status \\\"404\\\"\\n\"\n",
		},
	} {
		data := tt.answer.encode()
		if want := string(seal([]byte(tt.want))); string(data) != want {
			t.Errorf("got\n%s\nwant\n%s", data, want)
		}
	}
}

func TestAnswersComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := &answer{
			key:    Key{rapid.StringMatching(`[a-z0-9-]{1,32}`).Draw(t, "kind"), string(rapid.SliceOf(rapid.Byte()).Draw(t, "name"))},
			stored: time.Unix(rapid.Int64Range(0, 1<<34).Draw(t, "s"), rapid.Int64Range(0, 1e9-1).Draw(t, "ns")).UTC(),
		}
		if rapid.Bool().Draw(t, "miss") {
			a.miss = &Miss{Reason: rapid.String().Draw(t, "reason"), For: time.Duration(rapid.Int64Range(1, int64(maxMissAge)).Draw(t, "for"))}
		} else {
			copy(a.digest[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "digest"))
			a.size = rapid.Int64Min(0).Draw(t, "size")
			a.meta = append([]byte{}, rapid.SliceOf(rapid.Byte()).Draw(t, "meta")...)
		}
		got, err := parseAnswer(a.encode())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a, got, cmp.AllowUnexported(answer{})); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func TestLargestAnswerFits(t *testing.T) {
	long := bytes.Repeat([]byte{0xff}, maxName)
	for _, a := range []answer{
		{key: Key{"a", string(long)}, meta: long},
		{key: Key{"a", string(long)}, miss: &Miss{Reason: string(long[:maxReason])}},
	} {
		if n := len(a.encode()); n > maxAnswer {
			t.Errorf("%d bytes, over the limit of %d", n, maxAnswer)
		}
	}
}

// FuzzParseAnswer checks that what is taken for an answer is what would be
// written for it, with and without the checksum of its lines.
func FuzzParseAnswer(f *testing.F) {
	for _, a := range []answer{{key: keyA, digest: [32]byte{1}, size: 3, meta: []byte("m")}, {key: keyB, miss: &Miss{Reason: "r", For: time.Hour}}} {
		data := a.encode()
		f.Add(data)
		f.Add(data[:bytes.LastIndex(data, []byte("sum "))])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, data := range [][]byte{data, seal(bytes.Clone(data))} {
			a, err := parseAnswer(data)
			if err != nil {
				continue
			}
			if !bytes.Equal(a.encode(), data) {
				t.Errorf("read %q, would write %q", data, a.encode())
			}
			if a.key.check() != nil || a.size < 0 {
				t.Errorf("read %+v", a)
			}
		}
	})
}
