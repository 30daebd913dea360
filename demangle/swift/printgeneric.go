package swift

// maxParams is how many generic parameters of one depth are printed. A count may
// be anything; what follows is told by an ellipsis.
const maxParams = 128

// genericParam prints the name of a generic parameter: letters for the index,
// then the depth unless it is 0.
func (w *printer) genericParam(depth, index int) {
	for {
		w.out = append(w.out, byte('A'+index%26))
		if index /= 26; index == 0 {
			break
		}
	}
	if depth > 0 {
		w.writeInt(int64(depth))
	}
}

// signature prints generic parameters and, in the full form, what is required of them.
func (w *printer) signature(r ref) {
	kids := w.all(r)
	counts := 0
	for counts < len(kids) && w.kind(kids[counts]) == kindNumber {
		counts++
	}
	end := counts
	for end < len(kids) && (w.kind(kids[end]) == kindPackMarker || w.kind(kids[end]) == kindValueMarker) {
		end++
	}
	w.write("<")
	for depth, count := range kids[:counts] {
		if depth > 0 {
			w.write("><")
		}
		w.genericParams(depth, int(w.num(count)), kids[counts:end])
	}
	if requirements := kids[end:]; len(requirements) > 0 && !w.brief {
		w.write(" where ")
		w.list(requirements, ", ")
	}
	w.write(">")
}

// genericParams prints the generic parameters of one depth.
func (w *printer) genericParams(depth, count int, markers []ref) {
	for i := range count {
		if i > 0 {
			w.write(", ")
		}
		if i == maxParams || w.failed {
			w.write("...")
			return
		}
		marker := w.marker(markers, int64(depth)<<32|int64(i))
		switch w.kind(marker) {
		case kindPackMarker:
			w.write("each ")
		case kindValueMarker:
			w.write("let ")
		}
		w.genericParam(depth, i)
		if w.kind(marker) == kindValueMarker {
			w.write(": ")
			w.printKid(marker, 1)
		}
	}
}

// marker returns the marker that tells what kind of parameter one is, or none.
func (w *printer) marker(markers []ref, param int64) ref {
	if w.steps -= len(markers); w.steps < 0 {
		w.fail()
	}
	for _, m := range markers {
		if p := w.kid(m, 0); w.kind(p) == kindGenericParamType && w.num(p) == param {
			return m
		}
	}
	return none
}
