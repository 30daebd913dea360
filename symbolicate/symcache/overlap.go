package symcache

// An interval is a run of addresses that item claims.
type interval struct {
	start, end uint64
	item       int32
}

// resolve turns intervals that may overlap into pieces that do not, both
// ascending by start. Where several claim an address, the one that starts last
// wins, as an inner function does over the one around it; of those that start
// together the first does, as identical code that a linker folded keeps one name.
func resolve(intervals []interval, pieces []interval) []interval {
	var open []interval // claimants of the current address, the winner last
	var pos uint64
	advance := func(to uint64) {
		for len(open) > 0 && pos < to {
			top := open[len(open)-1]
			if top.end <= pos {
				open = open[:len(open)-1]
				continue
			}
			stop := min(top.end, to)
			pieces = append(pieces, interval{pos, stop, top.item})
			pos = stop
		}
		pos = to
	}
	for _, v := range intervals {
		advance(v.start)
		n := len(open)
		switch {
		case n > 0 && open[n-1].end <= v.start:
			open[n-1] = v
		case n > 0 && open[n-1].start == v.start:
			if v.end > open[n-1].end {
				open = append(open, open[n-1])
				open[n-1] = v
			}
		default:
			open = append(open, v)
		}
	}
	advance(^uint64(0))
	return pieces
}
