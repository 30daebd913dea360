// Command fleet sends vans along routes. It imports nothing, to be small.
package main

type stop struct{ minutes, parcels int }

type vehicle interface{ load(parcels int) bool }

type van struct{ space int }

func (v *van) load(parcels int) bool {
	if parcels > v.space {
		return false
	}
	v.space = left(v.space, parcels)
	return true
}

func left(space, parcels int) int { return clamp(space-parcels, 0, 100) }

func clamp[T int | uint8](x, low, high T) T { return max(low, min(x, high)) }

//go:noinline
func drive(v vehicle, route []stop) (minutes int) {
	each(route, func(s stop) {
		if v.load(s.parcels) {
			minutes += s.minutes
		}
	})
	return minutes
}

func each[T any](all []T, f func(T)) {
	for _, t := range all {
		f(t)
	}
}

func main() {
	done := make(chan int)
	go func() { done <- drive(&van{space: 40}, []stop{{12, 30}, {7, 20}, {25, 4}}) }()
	println(<-done)
}
