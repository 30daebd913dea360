package symbolicate

import "github.com/nativesym/nativesym/symbolicate/jsonspan"

// A move takes the stack of the thread that crashed to the exception that it
// crashed with, where users look for it. Events connect the two by thread_id.
type move struct {
	exception jsonspan.Value
	thread    int            // index of its stack in job.stacks
	id        jsonspan.Value // of the thread
}

// findMove returns the move that the event asks for: there is one exception, it
// has no stack, and of the threads exactly one crashed and has a native stack.
func (j *job) findMove(exceptions, threads []jsonspan.Value) (move, bool) {
	if len(exceptions) != 1 || exceptions[0].Kind() != jsonspan.Object || hasStack(exceptions[0]) {
		return move{}, false
	}
	crashed := -1
	for i, th := range threads {
		if !th.Get("crashed").True() {
			continue
		}
		if crashed >= 0 {
			return move{}, false
		}
		crashed = i
	}
	if crashed < 0 {
		return move{}, false
	}
	m := move{exception: exceptions[0], id: threads[crashed].Get("id")}
	told := m.exception.Get("thread_id")
	if m.id.Kind() <= jsonspan.Null || told.Kind() > jsonspan.Null && told.Text() != m.id.Text() {
		return move{}, false
	}
	for i := range j.stacks {
		if s := &j.stacks[i]; s.kind == inThread && s.nth == crashed && s.native {
			m.thread = i
			return m, true
		}
	}
	return move{}, false
}

// hasStack reports whether an exception has anything in the place of its stack.
func hasStack(exception jsonspan.Value) bool {
	switch trace := exception.Get("stacktrace"); trace.Kind() {
	case jsonspan.None, jsonspan.Null:
		return false
	case jsonspan.Object:
		for range trace.Members() {
			return true
		}
		return false
	}
	return true
}

// apply makes the exception the owner of the stack.
func (m *move) apply(edits *jsonspan.Edits, s *stack) {
	edits.Drop(s.owner, s.key)
	if m.exception.Get("thread_id").Kind() <= jsonspan.Null {
		edits.Set(m.exception, "thread_id", m.id.Raw())
	}
	s.owner = m.exception
}
