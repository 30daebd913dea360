package rpc

//go:generate go test -run TestGeneratedCodeIsUpToDate . -update
