package rpc

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
)

// An outbox bounds the bytes of answers that are kept until they are sent. Who needs
// more room than there is waits, holding neither an answer nor a place in the gate.
// So that waiting ends, answers that wait for their turn are given up then, to be
// made again; and connections are cut off whose clients do not read theirs in time.
type outbox struct {
	size int64
	room *semaphore.Weighted

	mu   sync.Mutex
	kept map[*parcel]struct{} // those that have room
}

// How long a client may take to read an answer while others wait for room: this, and
// the time that all it has not read takes at a rate.
const (
	readPatience = 30 * time.Second
	readRate     = 1 << 20 // bytes a second
)

// lookEvery is how often somebody who waits for room looks for what stands in the way.
const lookEvery = 250 * time.Millisecond

func newOutbox(size int) *outbox {
	return &outbox{size: int64(size), room: semaphore.NewWeighted(int64(size)), kept: make(map[*parcel]struct{})}
}

// A parcel is an answer that has room, from when it is made until the connection has
// sent it.
type parcel struct {
	box   *outbox
	data  mem.BufferSlice // nil once it is given up
	room  int64           // that it takes
	size  int64           // as a client counts it, which may be more than the outbox
	small bool            // too small for gRPC to say when it is sent

	// Guarded by the outbox's mutex.
	spare bool      // waits for its turn, and may be given up
	conn  *conn     // that it is to be sent on; nil: none yet
	due   time.Time // when that should be done
}

// reserve waits for room; nothing is always there.
func (o *outbox) reserve(ctx context.Context, size int64) (room int64, err error) {
	room = min(size, o.size) // of an answer larger than everything there is one at a time
	return room, o.acquire(ctx, o.room, room)
}

// acquire waits for a part of what readers give back, while it looks for those who
// stand in the way.
func (o *outbox) acquire(ctx context.Context, of *semaphore.Weighted, n int64) error {
	if n == 0 || of.TryAcquire(n) {
		return nil
	}
	looking, stop := context.WithCancel(ctx)
	defer stop()
	go o.makeRoom(looking)
	return of.Acquire(ctx, n)
}

// makeRoom takes from those who should not have it what somebody waits for, until ctx
// is done.
func (o *outbox) makeRoom(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		o.giveUp()
		o.cutOff(time.Now())
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// pack returns an answer as a parcel that takes the room reserved for it, and what is
// missing of it. If there is not as much, it returns nil, and frees both.
func (o *outbox) pack(data mem.BufferSlice, room int64, spare bool) *parcel {
	p := &parcel{box: o, data: data, room: room, size: int64(data.Len()), spare: spare}
	if need := min(p.size, o.size); room < need {
		if !o.room.TryAcquire(need - room) {
			data.Free()
			o.room.Release(room)
			return nil
		}
		p.room = need
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.kept[p] = struct{}{}
	return p
}

// giveUp frees the answers that wait for their turn.
func (o *outbox) giveUp() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for p := range o.kept {
		if p.spare {
			p.data.Free()
			p.data = nil
			o.drop(p)
		}
	}
}

// claim reports whether a spare parcel is still there. It is not given up any more.
func (o *outbox) claim(p *parcel) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	p.spare = false
	return p.data != nil
}

// cutOff closes the connections that have had an answer for too long.
func (o *outbox) cutOff(now time.Time) {
	for _, c := range o.overdue(now) {
		_ = c.Close()
	}
}

func (o *outbox) overdue(now time.Time) (conns []*conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for p := range o.kept {
		if p.conn != nil && now.After(p.due) {
			conns = append(conns, p.conn)
		}
	}
	return conns
}

// send gives a parcel to a stream. It keeps its room until the connection has sent it
// or is closed.
func (o *outbox) send(stream grpc.ServerStream, p *parcel) error {
	o.hand(p, connOf(stream.Context()))
	err := stream.SendMsg(p)
	if err != nil || p.small {
		o.release(p)
	}
	return err
}

func (o *outbox) hand(p *parcel, c *conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if c == nil {
		return
	}
	c.unsent += p.size
	p.conn, p.due = c, time.Now().Add(readPatience+time.Duration(c.unsent)*time.Second/readRate)
}

// release takes the room of a parcel back, if it has any.
func (o *outbox) release(p *parcel) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drop(p)
}

func (o *outbox) drop(p *parcel) {
	if _, ok := o.kept[p]; ok {
		delete(o.kept, p)
		o.room.Release(p.room)
		if p.conn != nil {
			p.conn.unsent -= p.size
		}
	}
}

// closed takes back the room of all that was to be sent on a connection.
func (o *outbox) closed(c *conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for p := range o.kept {
		if p.conn == c {
			o.drop(p)
		}
	}
}

// wire returns what is sent: the answer, of which the largest part tells the outbox
// when it is. Parts are sent in their order, and the others are small or before it.
func (p *parcel) wire() mem.BufferSlice {
	data, largest := p.data, 0
	for i, b := range data {
		if b.Len() > data[largest].Len() {
			largest = i
		}
	}
	if len(data) == 0 || mem.IsBelowBufferPoolingThreshold(data[largest].Len()) {
		p.small = true
		return data
	}
	part := data[largest]
	text := part.ReadOnlyData()
	data[largest] = mem.NewBuffer(&text, &sent{p, part})
	return data
}

// sent is what a part of an answer is returned to.
type sent struct {
	parcel *parcel
	part   mem.Buffer
}

// Put is called when the connection is done with the part.
func (s *sent) Put(*[]byte) {
	s.part.Free()
	s.parcel.box.release(s.parcel)
}

// Get makes sent a [mem.BufferPool]; nobody calls it.
func (s *sent) Get(length int) *[]byte {
	buf := make([]byte, length)
	return &buf
}
