//go:build race

package msvc

const raceEnabled = true
