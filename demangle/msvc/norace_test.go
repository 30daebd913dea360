//go:build !race

package msvc

const raceEnabled = false
